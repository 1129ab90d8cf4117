/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc - what an XDP program may ask of its packet, at tc's ingress
 *
 * A program keeps XDP's verdict numbers. Its entry at tc calls opn_xdp_enter(), the program's body
 * and opn_xdp_leave(), which turns the number into tc's. In between the shims keep what tc does not
 * know in skb->cb[1..4]; cb[0] is left alone. Nothing is included here, so that it goes with
 * vmlinux.h as well as with linux/bpf.h.
 *
 * Long because it is copied beside the program as one file.
 *
 * Each shim names the kernel function that it rests on; without a path they are in
 * net/core/filter.c.
 */
#ifndef OPN_XDP_TO_TC_H
#define OPN_XDP_TO_TC_H

/* A project's own warnings, which may be errors there, are about its own text. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"

/* 0 plain: verdicts and bytes. 1 balanced: also skb->protocol and skb->pkt_type agree with the
 * bytes. 2 exact: what is passed goes through the device's receive path once more. */
#ifndef OPN_FIDELITY
#define OPN_FIDELITY 1
#endif

/* What XDP_PASS is: -1 the next program, 0 the stack, 3 the next filter. */
#ifndef OPN_PASS
#define OPN_PASS (-1)
#endif

/* What can be reached by pointers: 2 all, 1 the first OPN_LINEAR_BYTES, 0 what happens to be. */
#ifndef OPN_LINEAR
#define OPN_LINEAR 2
#endif
#ifndef OPN_LINEAR_BYTES
#define OPN_LINEAR_BYTES 128
#endif

/* 1: VLAN tags are put back into the bytes. */
#ifndef OPN_VLAN
#define OPN_VLAN (OPN_FIDELITY == 2)
#endif

/* In the upper half of skb->mark, on a packet's way through the receive path once more. The upper
 * twelve bits tell that it is there, the next four by whom: programs of one device need one of
 * their own each. */
#ifndef OPN_GUARD_MARK
#define OPN_GUARD_MARK 0x4f500000
#endif

#define OPN_INLINE static inline __attribute__((__always_inline__))

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OPN_NET16(x) ((unsigned short)__builtin_bswap16(x))
#else
#define OPN_NET16(x) ((unsigned short)(x))
#endif

/* enum xdp_action and TC_ACT_*, which may be there or not. */
enum {
	OPN_XDP_ABORTED = 0,
	OPN_XDP_PASS = 2,
	OPN_XDP_TX = 3,
	OPN_XDP_REDIRECT = 4,
	OPN_TC_SHOT = 2,
	OPN_TC_REDIRECT = 7,
};

enum {
	OPN_EINVAL = 22,
	OPN_EFAULT = 14,
	OPN_ENODATA = 61,
};

struct __sk_buff;

/*
 * include/uapi/linux/bpf.h: struct __sk_buff, whose layout cannot change, as far as it is used
 * here. Projects bring old copies of that header, or none; vmlinux.h has CO-RE relocations, by
 * which the compiler makes addresses that kernel/bpf/verifier.c: check_ctx_reg() refuses.
 */
#ifdef OPN_DEFINE_CONTEXT
#define opn_sk_buff __sk_buff /* the source does without */
#endif
struct __attribute__((__may_alias__)) opn_sk_buff {
	unsigned int len, pkt_type, mark, queue_mapping, protocol;
	unsigned int vlan_present, vlan_tci, vlan_proto;
	unsigned int priority, ingress_ifindex, ifindex, tc_index;
	unsigned int cb[5];
	unsigned int hash, tc_classid;
	unsigned int data, data_end;
	unsigned int napi_id, family, remote_ip4, local_ip4, remote_ip6[4], local_ip6[4];
	unsigned int remote_port, local_port;
	unsigned int data_meta;
	unsigned long long flow_keys, tstamp;
	unsigned int wire_len, gso_segs;
	unsigned long long sk;
	unsigned int gso_size;
};
#define OPN_SKB(skb) ((struct opn_sk_buff *)(skb))

#define OPN_ETH_LENGTH	     14
#define OPN_ETH_ADDRESSES    12
#define OPN_ETH_P_IP	     0x0800
#define OPN_ETH_P_IPV6	     0x86dd
#define OPN_REDIRECT_INGRESS 1
#define OPN_ROOM_MAC	     1
/* bpf_skb_adjust_room(): BPF_F_ADJ_ROOM_* */
#define OPN_ROOM_FIXED_GSO (1ULL << 0)
#define OPN_ROOM_IN_IPV4   (1ULL << 1)
#define OPN_ROOM_IN_IPV6   (1ULL << 2)
#define OPN_ROOM_IN_GRE	   (1ULL << 3)
#define OPN_ROOM_IN_UDP	   (1ULL << 4)
#define OPN_ROOM_KEEP_CSUM (1ULL << 5)
#define OPN_ROOM_TO_IPV4   (1ULL << 7)
#define OPN_ROOM_TO_IPV6   (1ULL << 8)

/* Where an XDP frame lies in its page: XDP_PACKET_HEADROOM without struct xdp_frame is what a
 * program can grow by (bpf_xdp_adjust_head()); the tail ends at struct skb_shared_info
 * (xdp_data_hard_end()). */
#define OPN_XDP_HEADROOM 216
#define OPN_XDP_LENGTH	 (4096 - 256 - 320)

/* skb->cb[4]: the state's age. */
#define OPN_STATE_HERE	    0x4f504e00
#define OPN_STATE_CONTINUES 0x4f504e01
#define OPN_STATE_BROKEN    0x4f504e02

#define OPN_GUARD_MASK 0xffff0000
#define OPN_GUARD_ANY  0xfff00000

static void *(*const opn_h_map_lookup)(void *, const void *) = (void *)1;
static long (*const opn_h_store_bytes)(void *, unsigned int, const void *, unsigned int,
				       unsigned long long) = (void *)9;
static long (*const opn_h_tail_call)(void *, void *, unsigned int) = (void *)12;
static long (*const opn_h_vlan_pop)(void *) = (void *)19;
static long (*const opn_h_redirect)(unsigned int, unsigned long long) = (void *)23;
static long (*const opn_h_load_bytes)(const void *, unsigned int, void *,
				      unsigned int) = (void *)26;
static long (*const opn_h_change_tail)(void *, unsigned int, unsigned long long) = (void *)38;
static long (*const opn_h_pull_data)(void *, unsigned int) = (void *)39;
static long (*const opn_h_change_head)(void *, unsigned int, unsigned long long) = (void *)43;
static long (*const opn_h_adjust_room)(void *, int, unsigned int, unsigned long long) = (void *)50;
static long (*const opn_h_fib_lookup)(void *, void *, int, unsigned int) = (void *)69;
static long (*const opn_h_loop)(unsigned int, void *, void *, unsigned long long) = (void *)181;

/* A field of the context is stored whole, or the verifier refuses the store
 * (bpf_skb_is_valid_access()). */
#define OPN_STORE(field, value) (*(volatile unsigned int *)&(field) = (value))

/* What is compared next is this and no copy, so that the verifier knows its bounds after: a 64-bit
 * value, as clang compares narrower ones shifted. */
#define OPN_OPAQUE(value) __asm__ volatile("" : "+r"(value))

OPN_INLINE int opn_is_ip(unsigned int protocol)
{
	return protocol == OPN_NET16(OPN_ETH_P_IP) || protocol == OPN_NET16(OPN_ETH_P_IPV6);
}

/*
 * State: cb[1..2] the destination address on entry, cb[3] in its lower half how far the packet can
 * still grow at its head, in its upper half how far behind the Ethernet header's end the kernel
 * takes the network header to be (bpf_skb_change_head() leaves that where it is).
 */
#define OPN_STATE(room, behind) ((room) | (behind) << 16)

OPN_INLINE unsigned int opn_state_room(const struct __sk_buff *skb)
{
	return OPN_SKB(skb)->cb[3] & 0xffff;
}

OPN_INLINE unsigned int opn_state_behind(const struct __sk_buff *skb)
{
	return OPN_SKB(skb)->cb[3] >> 16;
}

/*
 * The outermost VLAN tag is beside the bytes (net/core/dev.c: __netif_receive_skb_core() calls
 * skb_vlan_untag()), and bpf_skb_vlan_pop() takes the next one out of the bytes (net/core/skbuff.c:
 * skb_vlan_pop()). So all come out, and go back in front of what is left. That fails where the next
 * one is cut off, with the first one out.
 */
#define OPN_VLAN_TAGS 4

OPN_INLINE long opn_vlan_into_bytes(struct __sk_buff *skb)
{
	unsigned short tags[2 * OPN_VLAN_TAGS] = {};
	unsigned char addresses[OPN_ETH_ADDRESSES];
	unsigned int length = 0;

	if (!OPN_SKB(skb)->vlan_present)
		return 0;
#pragma unroll
	for (int i = 0; i < OPN_VLAN_TAGS; i++) {
		if (!OPN_SKB(skb)->vlan_present)
			break;
		tags[2 * i] = OPN_SKB(skb)->vlan_proto;
		tags[2 * i + 1] = OPN_NET16(OPN_SKB(skb)->vlan_tci);
		opn_h_vlan_pop(skb);
		length = 4 * (i + 1);
	}
	if (!length || OPN_SKB(skb)->vlan_present)
		return -OPN_EINVAL;
	if (opn_h_load_bytes(skb, 0, addresses, sizeof(addresses)) ||
	    opn_h_change_head(skb, length, 0) ||
	    opn_h_store_bytes(skb, 0, addresses, sizeof(addresses), 0) ||
	    opn_h_store_bytes(skb, OPN_ETH_ADDRESSES, tags, length, 0))
		return -OPN_EINVAL;
	OPN_STORE(OPN_SKB(skb)->cb[3], OPN_STATE(OPN_XDP_HEADROOM, length));
	return 0;
}

/*
 * Before the body; not 0 when *verdict is the answer without it. A packet that was sent through the
 * receive path again is passed; mark survives that (net/core/skbuff.c: skb_scrub_packet()). Behind
 * the receive path, what was received in pieces is not linear: bpf_skb_pull_data().
 */
OPN_INLINE int opn_xdp_enter(struct __sk_buff *skb, int *verdict)
{
	if (OPN_SKB(skb)->cb[4] == OPN_STATE_CONTINUES) {
		OPN_STORE(OPN_SKB(skb)->cb[4], OPN_STATE_HERE);
		return 0;
	}
#if OPN_FIDELITY != 0
	if ((OPN_SKB(skb)->mark & OPN_GUARD_ANY) == (OPN_GUARD_MARK & OPN_GUARD_ANY)) {
		if ((OPN_SKB(skb)->mark & OPN_GUARD_MASK) == OPN_GUARD_MARK)
			OPN_STORE(OPN_SKB(skb)->mark, OPN_SKB(skb)->mark & ~OPN_GUARD_MASK);
		*verdict = OPN_PASS;
		return 1;
	}
#endif
	*verdict = OPN_TC_SHOT;
	OPN_STORE(OPN_SKB(skb)->cb[4], OPN_STATE_HERE);
	OPN_STORE(OPN_SKB(skb)->cb[3], OPN_STATE(OPN_XDP_HEADROOM, 0));
#if OPN_LINEAR == 2
	if (opn_h_pull_data(skb, OPN_SKB(skb)->len))
		return 1;
#elif OPN_LINEAR == 1
	if (opn_h_pull_data(skb, OPN_SKB(skb)->len < OPN_LINEAR_BYTES ? OPN_SKB(skb)->len
								      : OPN_LINEAR_BYTES))
		return 1;
#endif
#if OPN_VLAN
	if (opn_vlan_into_bytes(skb))
		return 1;
#endif
#if OPN_FIDELITY == 1
	{
		unsigned int address[2] = {};

		opn_h_load_bytes(skb, 0, address, 6);
		OPN_STORE(OPN_SKB(skb)->cb[1], address[0]);
		OPN_STORE(OPN_SKB(skb)->cb[2], address[1]);
	}
#endif
	return 0;
}

/* The receive path once more: __bpf_rx_skb() ends in eth_type_trans() and netif_rx(). */
OPN_INLINE int opn_xdp_receive(struct __sk_buff *skb)
{
	OPN_STORE(OPN_SKB(skb)->mark, (OPN_SKB(skb)->mark & ~OPN_GUARD_MASK) | OPN_GUARD_MARK);
	return opn_h_redirect(OPN_SKB(skb)->ifindex, OPN_REDIRECT_INGRESS);
}

#if OPN_FIDELITY == 1
/*
 * skb->protocol is changed together with a network header's size: grow by 40 bytes, shrink by as
 * many and say what is in them, of which there have to be as many. bpf_skb_net_shrink(), since
 * Linux 6.3; before, it refuses the flag.
 */
OPN_INLINE long opn_set_protocol(struct __sk_buff *skb, unsigned short protocol)
{
	const unsigned long long flags = OPN_ROOM_FIXED_GSO | OPN_ROOM_KEEP_CSUM;

	if (!opn_is_ip(OPN_SKB(skb)->protocol) || !opn_is_ip(protocol) ||
	    OPN_SKB(skb)->len < OPN_ETH_LENGTH + 40 ||
	    opn_h_adjust_room(skb, 40, OPN_ROOM_MAC, flags))
		return -OPN_EINVAL;
	if (!opn_h_adjust_room(skb, -40, OPN_ROOM_MAC,
			       flags | (protocol == OPN_NET16(OPN_ETH_P_IP) ? OPN_ROOM_TO_IPV4
									    : OPN_ROOM_TO_IPV6)))
		return 0;
	opn_h_adjust_room(skb, -40, OPN_ROOM_MAC, flags);
	return -OPN_EINVAL;
}

/*
 * The stack goes by what net/ethernet/eth.c: eth_type_trans() found before tc: skb->protocol and
 * skb->pkt_type. They are still right when the destination is the same and the bytes say that
 * protocol.
 */
OPN_INLINE int opn_xdp_pass(struct __sk_buff *skb)
{
	unsigned short protocol;
	union {
		unsigned int words[4];
		unsigned short halves[7];
	} header = {};

	opn_h_load_bytes(skb, 0, &header, OPN_ETH_LENGTH);
	if (opn_state_behind(skb) || OPN_SKB(skb)->cb[1] != header.words[0] ||
	    (unsigned short)OPN_SKB(skb)->cb[2] != header.halves[2])
		return opn_xdp_receive(skb);
	protocol = header.halves[6];
	if (OPN_SKB(skb)->protocol == protocol || !opn_set_protocol(skb, protocol))
		return OPN_PASS;
	return opn_xdp_receive(skb);
}
#elif OPN_FIDELITY == 2
OPN_INLINE int opn_xdp_pass(struct __sk_buff *skb)
{
	return opn_xdp_receive(skb);
}
#else
OPN_INLINE int opn_xdp_pass(struct __sk_buff *skb)
{
	(void)skb;
	return OPN_PASS;
}
#endif

/*
 * After the body: its verdict at tc. XDP_TX is a redirect to the device itself, and what is no
 * verdict is dropped (net/core/dev.c: bpf_prog_run_generic_xdp()), where tc would pass it.
 */
OPN_INLINE int opn_xdp_leave(struct __sk_buff *skb, int verdict)
{
	if (OPN_SKB(skb)->cb[4] == OPN_STATE_BROKEN)
		return OPN_TC_SHOT;
	switch (verdict) {
	case OPN_XDP_PASS:
		return opn_xdp_pass(skb);
	case OPN_XDP_TX:
		return opn_h_redirect(OPN_SKB(skb)->ifindex, 0);
	case OPN_XDP_REDIRECT:
		return OPN_TC_REDIRECT;
	default:
		return OPN_TC_SHOT;
	}
}

/*
 * A super packet is cut into segments on its way out, which needs to know what the new headers are
 * (bpf_skb_net_grow()). Their size tells the ones that are in use.
 */
OPN_INLINE unsigned long long opn_headers_of(unsigned int size)
{
	switch (size) {
	case 20:
		return OPN_ROOM_IN_IPV4;
	case 24:
		return OPN_ROOM_IN_IPV4 | OPN_ROOM_IN_GRE;
	case 28:
		return OPN_ROOM_IN_IPV4 | OPN_ROOM_IN_UDP;
	case 40:
		return OPN_ROOM_IN_IPV6;
	case 44:
		return OPN_ROOM_IN_IPV6 | OPN_ROOM_IN_GRE;
	case 48:
		return OPN_ROOM_IN_IPV6 | OPN_ROOM_IN_UDP;
	default:
		return 0;
	}
}

/*
 * XDP: size bytes of anything, then the frame. bpf_skb_adjust_room() makes room behind the Ethernet
 * header and takes the network header along; that is right where a network header is put in front,
 * and the Ethernet header is copied to where XDP has it. bpf_skb_change_head() gives XDP's bytes
 * for every frame, but leaves the network header behind: right for tags in front.
 */
OPN_INLINE long opn_grow_head(struct __sk_buff *skb, unsigned int size, unsigned int *behind)
{
	unsigned long long flags = OPN_ROOM_FIXED_GSO;
	unsigned char header[OPN_ETH_LENGTH];

	if (!*behind && size >= 20 && opn_is_ip(OPN_SKB(skb)->protocol)) {
		if (OPN_SKB(skb)->gso_size)
			flags |= opn_headers_of(size);
		if (!opn_h_load_bytes(skb, 0, header, sizeof(header)) &&
		    !opn_h_adjust_room(skb, size, OPN_ROOM_MAC, flags))
			return opn_h_store_bytes(skb, size, header, sizeof(header), 0);
	}
	if (opn_h_change_head(skb, size, 0))
		return -OPN_EINVAL;
	*behind += size;
	return 0;
}

struct opn_slide {
	struct __sk_buff *skb;
	unsigned int from, to;
	int failed;
};

#define OPN_SLIDE_BYTES 32

static long opn_slide_chunk(unsigned int index, void *context)
{
	unsigned char chunk[OPN_SLIDE_BYTES];
	struct opn_slide *slide = context;

	(void)index;
	if (opn_h_load_bytes(slide->skb, slide->from, chunk, sizeof(chunk)) ||
	    opn_h_store_bytes(slide->skb, slide->to, chunk, sizeof(chunk), 0)) {
		slide->failed = 1;
		return 1;
	}
	slide->from += sizeof(chunk);
	slide->to += sizeof(chunk);
	return 0;
}

/*
 * Every byte is moved to the front, and the end is cut off. For what bpf_skb_adjust_room() does not
 * take: frames that are not IP, or too short to hold an IP header afterwards. bpf_loop() is there
 * from 5.17 on.
 */
OPN_INLINE long opn_slide_head(struct __sk_buff *skb, unsigned int size)
{
	struct opn_slide slide = { .skb = skb, .from = size };
	unsigned int length = OPN_SKB(skb)->len - size;
	unsigned long last = length % OPN_SLIDE_BYTES - 1UL;
	unsigned char chunk[OPN_SLIDE_BYTES];

	opn_h_loop(length / OPN_SLIDE_BYTES, opn_slide_chunk, &slide, 0);
	/* Counted from 0, as verifiers before Linux 6.4 learn nothing from "not 0". */
	OPN_OPAQUE(last);
	if (last < OPN_SLIDE_BYTES && (opn_h_load_bytes(skb, slide.from, chunk, last + 1) ||
				       opn_h_store_bytes(skb, slide.to, chunk, last + 1, 0)))
		slide.failed = 1;
	if (slide.failed || opn_h_change_tail(skb, length, 0)) {
		OPN_STORE(OPN_SKB(skb)->cb[4], OPN_STATE_BROKEN);
		return -OPN_EINVAL;
	}
	return 0;
}

/* The longest Ethernet header with tags that is kept while bytes behind it are taken out. */
#define OPN_HEADER_MAX 32

/*
 * XDP: the frame begins size bytes later. bpf_skb_adjust_room() takes them out behind the headers
 * up to the network header, so these are saved from where they will be. What comes then may be the
 * other IP: without being told, the kernel refuses what is too short for the old one
 * (BPF_F_ADJ_ROOM_DECAP_L3_*, from Linux 6.3 on).
 */
OPN_INLINE long opn_shrink_head(struct __sk_buff *skb, unsigned int size, unsigned int behind)
{
	unsigned char header[OPN_HEADER_MAX], version = 0;
	unsigned long long flags = OPN_ROOM_FIXED_GSO;
	unsigned long length = OPN_ETH_LENGTH + behind;
	int by = -(int)size;

	OPN_OPAQUE(length);
	if (length > sizeof(header) || !opn_is_ip(OPN_SKB(skb)->protocol) ||
	    opn_h_load_bytes(skb, size, header, length))
		return opn_slide_head(skb, size);
	opn_h_load_bytes(skb, size + length, &version, sizeof(version));
	version >>= 4;
	if (version == 4 && OPN_SKB(skb)->protocol == OPN_NET16(OPN_ETH_P_IPV6))
		flags |= OPN_ROOM_TO_IPV4;
	else if (version == 6 && OPN_SKB(skb)->protocol == OPN_NET16(OPN_ETH_P_IP))
		flags |= OPN_ROOM_TO_IPV6;
	if (opn_h_adjust_room(skb, by, OPN_ROOM_MAC, flags) &&
	    opn_h_adjust_room(skb, by, OPN_ROOM_MAC, OPN_ROOM_FIXED_GSO))
		return opn_slide_head(skb, size);
	return opn_h_store_bytes(skb, 0, header, length, 0);
}

/* bpf_xdp_adjust_head(): at most the headroom in front, at least an Ethernet header behind. */
OPN_INLINE long opn_xdp_adjust_head(struct __sk_buff *skb, int delta)
{
	unsigned int room = opn_state_room(skb), behind = opn_state_behind(skb);

	if (delta < 0) {
		if (room < -(long)delta || opn_grow_head(skb, -delta, &behind))
			return -OPN_EINVAL;
	} else if (delta > 0) {
		if (OPN_SKB(skb)->len < OPN_ETH_LENGTH + (unsigned int)delta ||
		    opn_shrink_head(skb, delta, behind))
			return -OPN_EINVAL;
	}
	room += delta;
	OPN_STORE(OPN_SKB(skb)->cb[3], OPN_STATE(room > 0xffff ? 0xffff : room, behind));
	return 0;
}

/*
 * bpf_xdp_adjust_tail(): at least an Ethernet header, at most the page; zeros in what is new, as in
 * bpf_skb_change_tail(), which takes offloads from the packet.
 */
OPN_INLINE long opn_xdp_adjust_tail(struct __sk_buff *skb, int delta)
{
	long length = (long)OPN_SKB(skb)->len + delta;

	if (length < OPN_ETH_LENGTH ||
	    (delta > 0 && length > OPN_XDP_LENGTH - OPN_XDP_HEADROOM + (long)opn_state_room(skb)))
		return -OPN_EINVAL;
	return opn_h_change_tail(skb, length, 0) ? -OPN_EINVAL : 0;
}

/* bpf_xdp_get_buff_len() counts fragments, and so does skb->len. */
OPN_INLINE unsigned long long opn_xdp_buff_len(struct __sk_buff *skb)
{
	return OPN_SKB(skb)->len;
}

OPN_INLINE long opn_check_range(struct __sk_buff *skb, unsigned int offset, unsigned int length)
{
	if (offset > 0xffff || length > 0xffff)
		return -OPN_EFAULT;
	return offset + length > OPN_SKB(skb)->len ? -OPN_EINVAL : 0;
}

/* bpf_xdp_load_bytes(): bpf_skb_load_bytes() fails with another error, and clears the buffer. */
OPN_INLINE long opn_xdp_load_bytes(struct __sk_buff *skb, unsigned int offset, void *to,
				   unsigned int length)
{
	long error = opn_check_range(skb, offset, length);

	return error ? error : opn_h_load_bytes(skb, offset, to, length);
}

/* A store this long is unrolled by the compiler. */
#define OPN_STORE_MAX 128
/* No pointer goes further (kernel/bpf/verifier.c: MAX_PACKET_OFF). */
#define OPN_POINTED_MAX 0xffff

/*
 * bpf_xdp_store_bytes() leaves packet pointers valid, bpf_skb_store_bytes() does not
 * (bpf_helper_changes_pkt_data()). Bytes whose number is known are stored through pointers.
 */
#define opn_xdp_store_bytes(skb, offset, from, length)                                             \
	(__builtin_constant_p(length) && (length) <= OPN_STORE_MAX && OPN_LINEAR == 2              \
		 ? opn_store_direct(skb, offset, from, length)                                     \
		 : opn_store_helped(skb, offset, from, length))

OPN_INLINE long opn_store_direct(struct __sk_buff *skb, unsigned int offset, const void *from,
				 unsigned int length)
{
	long error = opn_check_range(skb, offset, length);
	unsigned long place = offset;
	unsigned char *to;

	if (error)
		return error;
	OPN_OPAQUE(place);
	if (place > OPN_POINTED_MAX - OPN_STORE_MAX)
		return -OPN_EINVAL;
	to = (unsigned char *)(long)OPN_SKB(skb)->data + place;
	if (to + length > (unsigned char *)(long)OPN_SKB(skb)->data_end)
		return -OPN_EINVAL;
	__builtin_memcpy(to, from, length);
	return 0;
}

OPN_INLINE long opn_store_helped(struct __sk_buff *skb, unsigned int offset, const void *from,
				 unsigned int length)
{
	long error = opn_check_range(skb, offset, length);

	return error ? error : opn_h_store_bytes(skb, offset, from, length, 0);
}

/* bpf_xdp_redirect() takes no flags. */
OPN_INLINE long opn_xdp_redirect(unsigned int ifindex, unsigned long long flags)
{
	if (flags)
		return OPN_XDP_ABORTED;
	opn_h_redirect(ifindex, 0);
	return OPN_XDP_REDIRECT;
}

/*
 * include/linux/filter.h: __bpf_xdp_redirect_map(). tc has no such call, but may look devices up: a
 * slot's value begins with the device's number (struct bpf_devmap_val).
 */
OPN_INLINE long opn_xdp_redirect_map(void *map, unsigned long long key, unsigned long long flags)
{
	const unsigned long long action = 3;
	unsigned int index = key, *ifindex;

	if (flags & ~action)
		return OPN_XDP_ABORTED;
	ifindex = opn_h_map_lookup(map, &index);
	if (!ifindex)
		return flags & action;
	return opn_xdp_redirect(*ifindex, 0);
}

/*
 * Without a length to check, bpf_skb_fib_lookup() checks the packet's against the device, and tells
 * the device's MTU; bpf_xdp_fib_lookup() does not, and tells the route's. A length that fits
 * everywhere makes the two one. tot_len and mtu_result share bytes 6 and 7 of struct
 * bpf_fib_lookup.
 */
OPN_INLINE long opn_xdp_fib_lookup(struct __sk_buff *skb, void *params, int size,
				   unsigned int flags)
{
	unsigned short *tot_len = (unsigned short *)((char *)params + 6);
	int unchecked = !*tot_len;
	long result;

	if (unchecked)
		*tot_len = 1;
	result = opn_h_fib_lookup(skb, params, size, flags);
	if (unchecked && *tot_len == 1)
		*tot_len = 0;
	return result;
}

/* A member of the map is entered anew (kernel/bpf/core.c: bpf_tail_call() does not come back), and
 * has to go on with the state. */
OPN_INLINE long opn_xdp_tail_call(struct __sk_buff *skb, void *map, unsigned int index)
{
	unsigned int state = OPN_SKB(skb)->cb[4];
	long result;

	OPN_STORE(OPN_SKB(skb)->cb[4], OPN_STATE_CONTINUES);
	result = opn_h_tail_call(skb, map, index);
	OPN_STORE(OPN_SKB(skb)->cb[4], state);
	return result;
}

/* libbpf's: for a map and a number that do not change. */
#define opn_xdp_tail_call_static opn_xdp_tail_call

/* include/linux/skbuff.h: skb_record_rx_queue() counts from one. */
OPN_INLINE unsigned int opn_xdp_rx_queue(const struct __sk_buff *skb)
{
	return OPN_SKB(skb)->queue_mapping ? OPN_SKB(skb)->queue_mapping - 1 : 0;
}

/* bpf_xdp_pull_data(), from Linux 6.18 on: more than the packet has fails in both. */
OPN_INLINE int opn_xdp_pull_data(struct __sk_buff *skb, unsigned int length)
{
	return opn_h_pull_data(skb, length) ? -OPN_EINVAL : 0;
}

/* bpf_xdp_metadata_rx_vlan_tag(): a tag that the device took out of the bytes. */
OPN_INLINE int opn_xdp_rx_vlan_tag(struct __sk_buff *skb, unsigned short *protocol,
				   unsigned short *tci)
{
	if (!OPN_SKB(skb)->vlan_present)
		return -OPN_ENODATA;
	*protocol = OPN_SKB(skb)->vlan_proto;
	*tci = OPN_SKB(skb)->vlan_tci;
	return 0;
}

/* bpf_xdp_metadata_rx_timestamp(): the device's time, where it was told to take it. A macro, as
 * struct __sk_buff has the field from Linux 5.16 on. */
#define opn_xdp_rx_timestamp(skb, timestamp) opn_rx_timestamp((skb)->hwtstamp, timestamp)

OPN_INLINE int opn_rx_timestamp(unsigned long long stamp, unsigned long long *timestamp)
{
	if (!stamp)
		return -OPN_ENODATA;
	*timestamp = stamp;
	return 0;
}

#pragma clang diagnostic pop

#endif /* OPN_XDP_TO_TC_H */
