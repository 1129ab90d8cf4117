/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp.h - what a tc program finds and calls, for the same program at XDP
 *
 * The program's context becomes struct opn_skb, on the stack of the program's entry: what of
 * struct __sk_buff has a value at XDP, under the same names. opn_skb_enter() gives the body what tc
 * ingress would (one VLAN tag out of the bytes), opn_skb_leave() puts the tag back and says the
 * verdict in XDP's numbers. Helpers that XDP lacks, or has with another contract, are the functions
 * named after them; errors have the numbers that the kernel's helper gives.
 *
 * Nothing is included: linux/bpf.h and vmlinux.h exclude each other. So constants, helpers and the
 * kernel's context have names of their own here.
 *
 * Before a call that moves the packet, headroom is kept for the tag that is to be put back:
 * opn_skb_leave() cannot run out of it.
 *
 * Needs Linux 5.18 (bpf_xdp_load_bytes, bpf_xdp_store_bytes, bpf_xdp_get_buff_len).
 *
 * Long because the functions of one context belong together, and emitted code wants one header.
 */
#ifndef OPN_TC_TO_XDP_H
#define OPN_TC_TO_XDP_H

/* A project's own warnings, which may be errors there, are about its own text. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"

/*
 * 1: one VLAN tag is taken out of the bytes, as __netif_receive_skb_core() does before tc. 0: tags
 * stay where they are, for links that have none, and for BPF_PROG_TEST_RUN, which takes none out.
 */
#ifndef OPN_VLAN
#define OPN_VLAN 1
#endif

/* 1: packets can lie in several buffers, as they may for programs of section xdp.frags. */
#ifndef OPN_FRAGS
#define OPN_FRAGS 0
#endif

#define OPN_INLINE static inline __attribute__((__always_inline__, __unused__))
#define OPN_HELPER static __attribute__((__unused__))

/* Packet bytes may have been written as any type. */
typedef unsigned short __attribute__((__may_alias__)) opn_half;
typedef unsigned int __attribute__((__may_alias__)) opn_word;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OPN_NET16(x) ((unsigned short)__builtin_bswap16(x))
#else
#define OPN_NET16(x) ((unsigned short)(x))
#endif

/* include/uapi/linux/if_ether.h, if_packet.h, ip.h */
enum opn_packet {
	OPN_ETH_HLEN = 14,
	OPN_VLAN_HLEN = 4,
	OPN_ETH_P_802_3_MIN = 0x0600,
	OPN_ETH_P_802_3 = 0x0001,
	OPN_ETH_P_802_2 = 0x0004,
	OPN_ETH_P_IP = 0x0800,
	OPN_ETH_P_8021Q = 0x8100,
	OPN_ETH_P_IPV6 = 0x86dd,
	OPN_ETH_P_8021AD = 0x88a8,
	OPN_IPV4_LEN = 20,
	OPN_IPV6_LEN = 40,
	OPN_PACKET_HOST = 0,
	OPN_PACKET_BROADCAST = 1,
	OPN_PACKET_MULTICAST = 2,
	OPN_PACKET_OTHERHOST = 3,
};

/* include/uapi/linux/pkt_cls.h and enum xdp_action of include/uapi/linux/bpf.h */
enum opn_verdict {
	OPN_TC_OK = 0,
	OPN_TC_SHOT = 2,
	OPN_TC_STOLEN = 4,
	OPN_TC_REDIRECT = 7,
	OPN_TC_TRAP = 8,
	OPN_XDP_DROP = 1,
	OPN_XDP_PASS = 2,
	OPN_XDP_REDIRECT = 4,
};

/* The kernel's numbers, of this and of internal headers (ENOTSUPP). */
enum opn_error {
	OPN_ENOMEM = 12,
	OPN_EACCES = 13,
	OPN_EFAULT = 14,
	OPN_EINVAL = 22,
	OPN_EALREADY = 114,
	OPN_ENOTSUPP = 524,
};

/* include/uapi/linux/bpf.h: flags of the helpers */
enum opn_flag {
	OPN_STORE_FLAGS = 0x3,
	OPN_INVALIDATE_HASH = 0x2,
	OPN_CSUM_SIZE = 0xf,
	OPN_CSUM_PSEUDO = 1 << 4,
	OPN_CSUM_MANGLED_0 = 1 << 5,
	OPN_CSUM_ENFORCE = 1 << 6,
	OPN_CSUM_IPV6 = 1 << 7,
	OPN_ROOM_NET = 0,
	OPN_ROOM_MAC = 1,
	OPN_ROOM_FIXED_GSO = 1 << 0,
	OPN_ROOM_ENCAP_IPV4 = 1 << 1,
	OPN_ROOM_ENCAP_IPV6 = 1 << 2,
	OPN_ROOM_ENCAP_GRE = 1 << 3,
	OPN_ROOM_ENCAP_UDP = 1 << 4,
	OPN_ROOM_KEEP_CSUM = 1 << 5,
	OPN_ROOM_ENCAP_ETH = 1 << 6,
	OPN_ROOM_DECAP_IPV4 = 1 << 7,
	OPN_ROOM_DECAP_IPV6 = 1 << 8,
	OPN_ROOM_ENCAP_L2_SHIFT = 56,
};

/* include/uapi/linux/bpf.h, include/linux/socket.h: of bpf_fib_lookup() */
enum opn_fib {
	OPN_AF_INET = 2,
	OPN_AF_INET6 = 10,
	OPN_FIB_OUTPUT = 1 << 1,
	OPN_FIB_NO_NEIGH = 7,
};

/* XDP's headroom is 256 bytes (include/uapi/linux/bpf.h, XDP_PACKET_HEADROOM). */
#define OPN_ROOM_MAX 256

/* net/core/filter.c: bpf_skb_adjust_room() */
#define OPN_ROOM_MOST 0xfff

OPN_HELPER long (*const opn_h_tail_call)(void *, void *, unsigned int) = (void *)12;
OPN_HELPER long (*const opn_h_redirect)(unsigned int, unsigned long long) = (void *)23;
OPN_HELPER long (*const opn_h_xdp_adjust_head)(void *, int) = (void *)44;
OPN_HELPER long (*const opn_h_xdp_adjust_tail)(void *, int) = (void *)65;
OPN_HELPER long (*const opn_h_fib_lookup)(void *, void *, int, unsigned int) = (void *)69;
OPN_HELPER long (*const opn_h_check_mtu)(void *, unsigned int, unsigned int *, int,
					 unsigned long long) = (void *)163;
OPN_HELPER unsigned long long (*const opn_h_xdp_get_buff_len)(void *) = (void *)188;
OPN_HELPER long (*const opn_h_xdp_load_bytes)(void *, unsigned int, void *,
					      unsigned int) = (void *)189;
OPN_HELPER long (*const opn_h_xdp_store_bytes)(void *, unsigned int, const void *,
					       unsigned int) = (void *)190;

struct xdp_md;

/*
 * include/uapi/linux/bpf.h: struct xdp_md, whose layout cannot change. vmlinux.h has it with CO-RE
 * relocations, by which the compiler makes addresses that kernel/bpf/verifier.c: check_ctx_reg()
 * refuses, where the shims and the program read the same field.
 */
struct opn_xdp_md {
	unsigned int data;
	unsigned int data_end;
	unsigned int data_meta;
	unsigned int ingress_ifindex;
	unsigned int rx_queue_index;
};

/*
 * What tc ingress would show of this packet. The first members are ours, the others are those of
 * struct __sk_buff in its order, without those that have no value here.
 */
struct opn_skb {
	struct opn_xdp_md *xdp;
	/* Bytes from the MAC header to the network header: skb_mac_header_len(). */
	unsigned int network;
	/* How much longer the packet is than it came, without the tag. */
	int grown;
	/* skb->csum_level, less than 0 where skb->ip_summed is CHECKSUM_NONE. */
	int csum_level;
	/* skb->encapsulation */
	unsigned char encapsulation;
	/* A helper has set the protocol. */
	unsigned char renamed;
	/* The hash is what the program or an earlier call made it: skb->l4_hash, skb->sw_hash. */
	unsigned char hashed;
	unsigned int pkt_type;
	unsigned int mark;
	unsigned int queue_mapping;
	unsigned int protocol;
	unsigned int vlan_present;
	unsigned int vlan_tci;
	unsigned int vlan_proto;
	unsigned int priority;
	unsigned short tc_index;
	unsigned int cb[5] __attribute__((__aligned__(8))); /* may be accessed as wider numbers */
	unsigned int hash;
	unsigned int tc_classid;
	unsigned int napi_id;
	unsigned long long tstamp;
	unsigned int gso_segs;
	unsigned int gso_size;
	unsigned char tstamp_type;
	unsigned long long hwtstamp;
};

_Static_assert(sizeof(struct opn_skb) == 128, "the pair's table says this of the stack");

OPN_INLINE unsigned char *opn_skb_data(const struct opn_skb *skb)
{
	return (unsigned char *)(long)skb->xdp->data;
}

OPN_INLINE unsigned char *opn_skb_data_end(const struct opn_skb *skb)
{
	return (unsigned char *)(long)skb->xdp->data_end;
}

/* skb->skb_iif, which __netif_receive_skb_core() sets to skb->dev. */
OPN_INLINE unsigned int opn_skb_iif(const struct opn_skb *skb)
{
	return skb->xdp->ingress_ifindex;
}

/*
 * Bytes that packet pointers reach. The verifier knows no arithmetic with data_end, so the compiler
 * must not take the difference apart again.
 */
OPN_INLINE unsigned int opn_skb_headlen(const struct opn_skb *skb)
{
	unsigned long long len = opn_skb_data_end(skb) - opn_skb_data(skb);

	__asm__("" : "+r"(len));
	return len;
}

/* skb->len, which has the MAC header at tc and has not what is in skb->vlan_tci. */
OPN_INLINE unsigned int opn_skb_len(const struct opn_skb *skb)
{
	return OPN_FRAGS ? opn_h_xdp_get_buff_len(skb->xdp) : opn_skb_headlen(skb);
}

/* 0, or this error where the helper gave another; without a branch. */
OPN_INLINE long opn_error(long result, int error)
{
	return (result >> 63) & -error;
}

/*
 * skb->wire_len: net/core/dev.c, sch_handle_ingress() stores the length once, before it goes back
 * to the MAC header.
 */
OPN_INLINE unsigned int opn_skb_wire_len(const struct opn_skb *skb)
{
	return opn_skb_len(skb) - skb->grown - OPN_ETH_HLEN;
}

OPN_INLINE int opn_is_vlan(unsigned int protocol)
{
	return protocol == OPN_NET16(OPN_ETH_P_8021Q) || protocol == OPN_NET16(OPN_ETH_P_8021AD);
}

/*
 * skb->protocol of an Ethernet type and the two bytes behind it: net/ethernet/eth.c,
 * eth_type_trans(), and include/linux/if_vlan.h, vlan_set_encap_proto().
 */
OPN_INLINE unsigned int opn_protocol(unsigned short type, unsigned short behind)
{
	if (OPN_NET16(type) >= OPN_ETH_P_802_3_MIN)
		return type;
	/* 0xffff is Novell's 802.3 without 802.2; any other is 802.2. */
	return OPN_NET16(OPN_ETH_P_802_2 -
			 ((behind + 1u) >> 16) * (OPN_ETH_P_802_2 - OPN_ETH_P_802_3));
}

/* A tagged frame's first bytes, and the two behind them. */
struct opn_tagged {
	opn_half half[10];
};

/*
 * Takes out the tag behind the addresses, of a frame that holds at least 18 bytes:
 * net/core/skbuff.c, __skb_vlan_pop(). Returns the tag.
 */
OPN_INLINE unsigned int opn_skb_take_tag(struct opn_skb *skb, unsigned char *data,
					 unsigned short behind)
{
	struct opn_tagged *frame = (struct opn_tagged *)data;
	unsigned int tci = OPN_NET16(frame->half[7]);

	skb->protocol = opn_protocol(frame->half[8], behind);
	frame->half[7] = frame->half[5];
	frame->half[6] = frame->half[4];
	frame->half[5] = frame->half[3];
	frame->half[4] = frame->half[2];
	frame->half[3] = frame->half[1];
	frame->half[2] = frame->half[0];
	/* Cannot fail: an Ethernet header is left. */
	opn_h_xdp_adjust_head(skb->xdp, OPN_VLAN_HLEN);
	return tci;
}

/*
 * Puts the tag behind the addresses: include/linux/if_vlan.h, __vlan_insert_tag(). Cannot fail:
 * opn_skb_room() kept the four bytes.
 */
OPN_INLINE void opn_skb_put_tag(struct opn_skb *skb)
{
	unsigned short head[8];

	opn_h_xdp_load_bytes(skb->xdp, 0, head, 12);
	head[6] = skb->vlan_proto;
	head[7] = OPN_NET16(skb->vlan_tci);
	opn_h_xdp_adjust_head(skb->xdp, -OPN_VLAN_HLEN);
	opn_h_xdp_store_bytes(skb->xdp, 0, head, sizeof(head));
}

/* Makes room in front, and only if a tag will still find room too. */
OPN_INLINE long opn_skb_room(struct opn_skb *skb, int bytes, int tagged)
{
	if (opn_h_xdp_adjust_head(skb->xdp, -(bytes + (tagged ? OPN_VLAN_HLEN : 0))))
		return -OPN_ENOMEM;
	if (tagged)
		opn_h_xdp_adjust_head(skb->xdp, OPN_VLAN_HLEN);
	return 0;
}

/*
 * Fills in the context. Other than 0: tc would not see this frame, it goes to the stack as it is.
 *
 * net/core/dev.c: __netif_receive_skb_core() takes one tag out with skb_vlan_untag(), which frees
 * frames that end in the tag or in the two bytes behind it. The types of packets are those of
 * eth_type_trans(), without a look at the device's address. skb_record_rx_queue() counts from 1.
 */
OPN_INLINE int opn_skb_enter(struct opn_skb *skb, struct xdp_md *context)
{
	struct opn_xdp_md *xdp = (struct opn_xdp_md *)context;
	unsigned char *data = (unsigned char *)(long)xdp->data;
	unsigned char *end = (unsigned char *)(long)xdp->data_end;
	struct opn_tagged *frame = (struct opn_tagged *)data;
	unsigned short head[8] = {};
	int whole = data + sizeof(*frame) <= end;

	__builtin_memset(skb, 0, sizeof(*skb));
	skb->xdp = xdp;
	skb->network = OPN_ETH_HLEN;
	skb->csum_level = -1;
	skb->queue_mapping = xdp->rx_queue_index + 1;
	if (whole) {
		head[0] = frame->half[0];
		head[1] = frame->half[1];
		head[2] = frame->half[2];
		head[6] = frame->half[6];
		head[7] = frame->half[7];
	} else {
		/* An Ethernet header is there, the rest may be. */
		opn_h_xdp_load_bytes(xdp, 0, head, OPN_ETH_HLEN);
		opn_h_xdp_load_bytes(xdp, OPN_ETH_HLEN, &head[7], 2);
	}
	if (head[0] & OPN_NET16(0x100))
		skb->pkt_type = OPN_PACKET_MULTICAST;
	if ((head[0] & head[1] & head[2]) == 0xffff)
		skb->pkt_type = OPN_PACKET_BROADCAST;
	if (!OPN_VLAN || !opn_is_vlan(head[6])) {
		skb->protocol = opn_protocol(head[6], head[7]);
		return 0;
	}
	if (!whole)
		return 1;
	skb->vlan_present = 1;
	skb->vlan_proto = head[6];
	skb->vlan_tci = opn_skb_take_tag(skb, data, frame->half[9]);
	return 0;
}

/*
 * Gives the packet on, with a verdict of tc in XDP's number.
 *
 * net/sched/cls_bpf.c: cls_bpf_exec_opcode(): what is not named counts as TC_ACT_UNSPEC, and the
 * packet goes on. The stack goes by the bytes after XDP, and by skb->protocol after tc: where a
 * helper has set that, the bytes have to say it too.
 */
OPN_INLINE int opn_skb_leave(struct opn_skb *skb, int verdict)
{
	unsigned short protocol = skb->protocol;

	if (verdict == OPN_TC_SHOT || verdict == OPN_TC_STOLEN || verdict == OPN_TC_TRAP)
		return OPN_XDP_DROP;
	if (skb->renamed && verdict != OPN_TC_REDIRECT && skb->network == OPN_ETH_HLEN)
		opn_h_xdp_store_bytes(skb->xdp, OPN_ETH_HLEN - 2, &protocol, 2);
	if (skb->vlan_present)
		opn_skb_put_tag(skb);
	return verdict == OPN_TC_REDIRECT ? OPN_XDP_REDIRECT : OPN_XDP_PASS;
}

/*
 * What a load leaves behind: a failure clears the buffer, here where the length is a constant.
 */
OPN_INLINE long opn_skb_loaded(long result, void *to, unsigned int len)
{
	if (!result)
		return 0;
	if (__builtin_constant_p(len))
		__builtin_memset(to, 0, len);
	return -OPN_EFAULT;
}

/* bpf_skb_load_bytes(): net/core/filter.c */
OPN_INLINE long opn_skb_load_bytes(const struct opn_skb *skb, unsigned int offset, void *to,
				   unsigned int len)
{
	return opn_skb_loaded(opn_h_xdp_load_bytes(skb->xdp, offset, to, len), to, len);
}

/*
 * bpf_skb_load_bytes_relative(): net/core/filter.c. From the MAC (0) or the network header (1); the
 * kernel looks at the linear part only.
 */
OPN_INLINE long opn_skb_load_bytes_relative(const struct opn_skb *skb, unsigned int offset,
					    void *to, unsigned int len, unsigned int start)
{
	if (start > 1 || offset > 0xffff)
		return opn_skb_loaded(1, to, len);
	return opn_skb_load_bytes(skb, offset + (start ? skb->network : 0), to, len);
}

/* bpf_set_hash(): net/core/filter.c */
OPN_INLINE long opn_set_hash(struct opn_skb *skb, unsigned int hash)
{
	skb->hash = hash;
	skb->hashed = 1;
	return 0;
}

/* bpf_set_hash_invalid(): net/core/filter.c */
OPN_INLINE long opn_set_hash_invalid(struct opn_skb *skb)
{
	skb->hash = 0;
	skb->hashed = 0;
	return 0;
}

/* bpf_skb_store_bytes(): net/core/filter.c. There is no skb->csum to keep. */
OPN_INLINE long opn_skb_store_bytes(struct opn_skb *skb, unsigned int offset, const void *from,
				    unsigned int len, unsigned long long flags)
{
	long error;

	if (flags & ~(unsigned long long)OPN_STORE_FLAGS)
		return -OPN_EINVAL;
	error = opn_error(opn_h_xdp_store_bytes(skb->xdp, offset, from, len), OPN_EFAULT);
	if (flags & OPN_INVALIDATE_HASH && !error)
		opn_set_hash_invalid(skb);
	return error;
}

/* include/net/checksum.h: csum_add() */
OPN_INLINE unsigned int opn_csum_add(unsigned int sum, unsigned int more)
{
	unsigned long long wide = (unsigned long long)sum + more;

	return wide + (wide >> 32);
}

/* include/asm-generic/checksum.h: csum_fold() */
OPN_INLINE unsigned short opn_csum_fold(unsigned int sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* include/net/checksum.h: csum_replace4(), and csum_replace_by_diff() with from ~0 */
OPN_INLINE unsigned short opn_csum_replace4(unsigned short sum, unsigned int from, unsigned int to)
{
	return opn_csum_fold(opn_csum_add(opn_csum_add(~(unsigned int)sum, ~from), to));
}

/* include/net/checksum.h: csum16_add() */
OPN_INLINE unsigned short opn_csum16_add(unsigned short sum, unsigned short more)
{
	unsigned int wide = (unsigned int)sum + more;

	return wide + (wide >> 16);
}

/*
 * The two bytes of a checksum are read and written at once where the offset is a constant, as it
 * nearly always is, and by helpers else.
 */
OPN_INLINE opn_half *opn_csum_at(struct opn_skb *skb, unsigned int offset)
{
	unsigned char *data = opn_skb_data(skb);

	if (!__builtin_constant_p(offset) || data + offset + 2 > opn_skb_data_end(skb))
		return 0;
	return (opn_half *)(data + offset);
}

/*
 * net/core/filter.c: bpf_l3_csum_replace(), bpf_l4_csum_replace(). What flags they allow is checked
 * before. The one counts two bytes in 16 bits, the other in 32, which differ in how they write 0.
 */
OPN_INLINE long opn_csum_change(unsigned short *sum, unsigned long long from, unsigned long long to,
				unsigned long long flags, int l4)
{
	if (flags & OPN_CSUM_MANGLED_0 && !(flags & OPN_CSUM_ENFORCE) && !*sum)
		return 0;
	switch (flags & OPN_CSUM_SIZE) {
	case 0:
		if (from)
			return -OPN_EINVAL;
		*sum = opn_csum_fold(opn_csum_add(to, ~(unsigned int)*sum));
		break;
	case 2:
		if (l4)
			*sum = opn_csum_replace4(*sum, (unsigned short)from, (unsigned short)to);
		else
			*sum = ~opn_csum16_add(opn_csum16_add(~*sum, ~(unsigned short)from), to);
		break;
	case 4:
		*sum = opn_csum_replace4(*sum, from, to);
		break;
	default:
		return -OPN_EINVAL;
	}
	if (flags & OPN_CSUM_MANGLED_0 && !*sum)
		*sum = 0xffff;
	return 0;
}

OPN_INLINE long opn_csum_replace(struct opn_skb *skb, unsigned int offset, unsigned long long from,
				 unsigned long long to, unsigned long long flags, int l4)
{
	opn_half *at = opn_csum_at(skb, offset);
	unsigned short sum;
	long error;

	if (offset > 0xffff || offset & 1)
		return -OPN_EFAULT;
	if (at) {
		sum = *at;
		error = opn_csum_change(&sum, from, to, flags, l4);
		*at = sum;
		return error;
	}
	if (__builtin_constant_p(offset) && !OPN_FRAGS)
		return -OPN_EFAULT;
	if (opn_h_xdp_load_bytes(skb->xdp, offset, &sum, sizeof(sum)))
		return -OPN_EFAULT;
	error = opn_csum_change(&sum, from, to, flags, l4);
	opn_h_xdp_store_bytes(skb->xdp, offset, &sum, sizeof(sum));
	return error;
}

/* bpf_l3_csum_replace() */
OPN_INLINE long opn_l3_csum_replace(struct opn_skb *skb, unsigned int offset,
				    unsigned long long from, unsigned long long to,
				    unsigned long long flags)
{
	if (flags & ~(unsigned long long)OPN_CSUM_SIZE)
		return -OPN_EINVAL;
	return opn_csum_replace(skb, offset, from, to, flags, 0);
}

/*
 * bpf_l4_csum_replace(), where skb->ip_summed is not CHECKSUM_PARTIAL, as it is for what came over
 * a wire (net/core/utils.c: inet_proto_csum_replace4()).
 */
OPN_INLINE long opn_l4_csum_replace(struct opn_skb *skb, unsigned int offset,
				    unsigned long long from, unsigned long long to,
				    unsigned long long flags)
{
	const unsigned long long allowed = OPN_CSUM_SIZE | OPN_CSUM_PSEUDO | OPN_CSUM_MANGLED_0 |
					   OPN_CSUM_ENFORCE | OPN_CSUM_IPV6;

	if (flags & ~allowed)
		return -OPN_EINVAL;
	return opn_csum_replace(skb, offset, from, to, flags, 1);
}

/*
 * bpf_csum_update(): net/core/filter.c, for a packet without CHECKSUM_COMPLETE. XDP has none: a
 * driver sums up what the program leaves.
 */
OPN_INLINE long opn_csum_update(struct opn_skb *skb, unsigned int csum)
{
	(void)skb;
	(void)csum;
	return -OPN_ENOTSUPP;
}

/* bpf_csum_level(): net/core/filter.c, include/linux/skbuff.h: __skb_incr_checksum_unnecessary() */
OPN_INLINE long opn_csum_level(struct opn_skb *skb, unsigned long long level)
{
	switch (level) {
	case 0: /* BPF_CSUM_LEVEL_QUERY */
		return skb->csum_level < 0 ? -OPN_EACCES : skb->csum_level;
	case 1: /* BPF_CSUM_LEVEL_INC */
		if (skb->csum_level < 3)
			skb->csum_level++;
		return 0;
	case 2: /* BPF_CSUM_LEVEL_DEC */
		if (skb->csum_level >= 0)
			skb->csum_level--;
		return 0;
	case 3: /* BPF_CSUM_LEVEL_RESET */
		skb->csum_level = -1;
		return 0;
	default:
		return -OPN_EINVAL;
	}
}

/*
 * A number below a power of two that the verifier sees too. One that is no constant has been
 * compared before, but perhaps in another register.
 */
OPN_INLINE unsigned int opn_below(unsigned int number, unsigned int power)
{
	if (__builtin_constant_p(number))
		return number;
	__asm__("" : "+r"(number));
	return number & (power - 1);
}

/*
 * Clears bytes of the packet. A constant number of them has been found to be there.
 */
OPN_INLINE void opn_skb_clear(struct opn_skb *skb, unsigned char *data, unsigned int offset,
			      unsigned int len)
{
	unsigned long long none[4] = {};
	unsigned int size, part, end;

	if (__builtin_constant_p(offset) && __builtin_constant_p(len) && len <= 128) {
		__builtin_memset(__builtin_assume_aligned(data + offset, 2), 0, len);
		return;
	}
	len = opn_below(len, OPN_ROOM_MAX);
	for (size = OPN_ROOM_MAX / 2; size; size /= 2) {
		if (!(len & size))
			continue;
		part = size < sizeof(none) ? size : sizeof(none);
		for (end = offset + size; offset < end; offset += part)
			opn_h_xdp_store_bytes(skb->xdp, offset, none, part);
	}
}

struct opn_head14 {
	opn_half half[7];
};

struct opn_head34 {
	opn_half half[17];
};

struct opn_head54 {
	opn_half half[27];
};

/* Moves the packet's first bytes by a distance; size is a constant. */
OPN_INLINE void opn_head_move(unsigned char *to, unsigned char *from, unsigned int size)
{
	if (size == sizeof(struct opn_head14)) {
		struct opn_head14 head = *(struct opn_head14 *)from;

		*(struct opn_head14 *)to = head;
	} else if (size == sizeof(struct opn_head34)) {
		struct opn_head34 head = *(struct opn_head34 *)from;

		*(struct opn_head34 *)to = head;
	} else {
		struct opn_head54 head = *(struct opn_head54 *)from;

		*(struct opn_head54 *)to = head;
	}
}

/* net/core/filter.c: bpf_skb_net_hdr_push(): zeroes behind the first bytes. */
OPN_INLINE long opn_skb_push(struct opn_skb *skb, unsigned int head, unsigned int len)
{
	unsigned char *data, *end, *from;

	if (len >= OPN_ROOM_MAX || opn_skb_room(skb, len, skb->vlan_present))
		return -OPN_ENOMEM;
	data = opn_skb_data(skb);
	end = opn_skb_data_end(skb);
	from = data + opn_below(len, OPN_ROOM_MAX);
	/* The verifier remembers what was compared for this very pointer. */
	__asm__("" : "+r"(from));
	if (from + head > end || (!__builtin_constant_p(len) && data + head > end))
		return -OPN_ENOMEM;
	opn_head_move(data, from, head);
	skb->grown += len;
	opn_skb_clear(skb, data, head, len);
	return 0;
}

/*
 * net/core/filter.c: bpf_skb_net_hdr_pop(): out with what is behind the first bytes. At least min
 * bytes have to be left behind the MAC header.
 */
OPN_INLINE long opn_skb_pop(struct opn_skb *skb, unsigned int head, unsigned int min,
			    unsigned int len)
{
	unsigned char *data = opn_skb_data(skb), *end = opn_skb_data_end(skb);
	unsigned char *to = data + opn_below(len, OPN_ROOM_MOST + 1);

	__asm__("" : "+r"(to));
	if (to + OPN_ETH_HLEN + min > end)
		return -OPN_ENOTSUPP;
	if (head > OPN_ETH_HLEN + min && to + head > end)
		return -OPN_ENOMEM;
	if (!__builtin_constant_p(len) && data + head > end)
		return -OPN_ENOMEM;
	opn_head_move(to, data, head);
	/* Cannot fail: an Ethernet header is left. */
	opn_h_xdp_adjust_head(skb->xdp, len);
	skb->grown -= len;
	return 0;
}

OPN_INLINE void opn_skb_rename(struct opn_skb *skb, unsigned short protocol)
{
	skb->protocol = OPN_NET16(protocol);
	skb->renamed = 1;
}

/* net/core/filter.c: the checks of bpf_skb_net_grow() for flags that say what is around */
OPN_INLINE long opn_skb_encap_check(struct opn_skb *skb, unsigned int len, unsigned long long flags)
{
	unsigned int mac = flags >> OPN_ROOM_ENCAP_L2_SHIFT;

	if (flags & OPN_ROOM_ENCAP_IPV4 && flags & OPN_ROOM_ENCAP_IPV6)
		return -OPN_EINVAL;
	if (flags & OPN_ROOM_ENCAP_GRE && flags & OPN_ROOM_ENCAP_UDP)
		return -OPN_EINVAL;
	if (flags & OPN_ROOM_ENCAP_ETH && mac < OPN_ETH_HLEN)
		return -OPN_EINVAL;
	if (skb->encapsulation)
		return -OPN_EALREADY;
	if (mac > len)
		return -OPN_EINVAL;
	return 0;
}

/* bpf_skb_adjust_room() of a packet whose network header has a fixed part of so many bytes */
OPN_INLINE long opn_skb_adjust_room_of(struct opn_skb *skb, unsigned int base, int diff,
				       unsigned int mode, unsigned long long flags)
{
	const unsigned long long encap = OPN_ROOM_ENCAP_IPV4 | OPN_ROOM_ENCAP_IPV6;
	const unsigned long long decap = OPN_ROOM_DECAP_IPV4 | OPN_ROOM_DECAP_IPV6;
	const unsigned long long shrinks = OPN_ROOM_FIXED_GSO | OPN_ROOM_KEEP_CSUM | decap;
	unsigned int len = diff < 0 ? -(unsigned int)diff : (unsigned int)diff;
	unsigned int head = OPN_ETH_HLEN + (mode == OPN_ROOM_NET ? base : 0);
	unsigned int min = base;
	long error;

	if (flags & decap) {
		if (diff >= 0 || (flags & decap) == decap)
			return -OPN_EINVAL;
		min = flags & OPN_ROOM_DECAP_IPV4 ? OPN_IPV4_LEN : OPN_IPV6_LEN;
	}
	if (diff < 0) {
		if (flags & ~shrinks)
			return opn_skb_len(skb) < len + OPN_ETH_HLEN + min ? -OPN_ENOTSUPP
									   : -OPN_EINVAL;
		error = opn_skb_pop(skb, head, min, len);
		if (error)
			return error;
	} else {
		error = flags & encap ? opn_skb_encap_check(skb, len, flags) : 0;
		if (error)
			return error;
		error = opn_skb_push(skb, head, len);
		if (error)
			return error;
		if (flags & encap)
			skb->encapsulation = 1;
	}
	if (base == OPN_IPV4_LEN && flags & (OPN_ROOM_ENCAP_IPV6 | OPN_ROOM_DECAP_IPV6))
		opn_skb_rename(skb, OPN_ETH_P_IPV6);
	if (base == OPN_IPV6_LEN && flags & (OPN_ROOM_ENCAP_IPV4 | OPN_ROOM_DECAP_IPV4))
		opn_skb_rename(skb, OPN_ETH_P_IP);
	if (!(flags & OPN_ROOM_KEEP_CSUM))
		skb->csum_level = -1;
	return 0;
}

/*
 * bpf_skb_adjust_room(): net/core/filter.c. Segmentation offload, which most flags are about, is
 * not there at XDP. Room in front is what bpf_xdp_adjust_head() gives; more is -ENOMEM.
 */
OPN_INLINE long opn_skb_adjust_room(struct opn_skb *skb, int diff, unsigned int mode,
				    unsigned long long flags)
{
	const unsigned long long known = 0x1ff | 0xffULL << OPN_ROOM_ENCAP_L2_SHIFT;

	if (flags & ~known)
		return -OPN_EINVAL;
	if (diff > OPN_ROOM_MOST || diff < -OPN_ROOM_MOST)
		return -OPN_EFAULT;
	/* Behind bpf_skb_change_head() the kernel knows a MAC header of another length. */
	if ((mode != OPN_ROOM_NET && mode != OPN_ROOM_MAC) || skb->network != OPN_ETH_HLEN)
		return -OPN_ENOTSUPP;
	if (skb->protocol == OPN_NET16(OPN_ETH_P_IP))
		return opn_skb_adjust_room_of(skb, OPN_IPV4_LEN, diff, mode, flags);
	if (skb->protocol == OPN_NET16(OPN_ETH_P_IPV6))
		return opn_skb_adjust_room_of(skb, OPN_IPV6_LEN, diff, mode, flags);
	return -OPN_ENOTSUPP;
}

/*
 * bpf_skb_change_proto(): net/core/filter.c: twenty bytes more or less behind the MAC header; what
 * the packet then holds is the caller's work.
 */
OPN_INLINE long opn_skb_change_proto(struct opn_skb *skb, unsigned short protocol,
				     unsigned long long flags)
{
	const unsigned int diff = OPN_IPV6_LEN - OPN_IPV4_LEN;
	long error;

	if (flags)
		return -OPN_EINVAL;
	if (skb->network != OPN_ETH_HLEN)
		return -OPN_ENOTSUPP;
	if (skb->protocol == OPN_NET16(OPN_ETH_P_IP) && protocol == OPN_NET16(OPN_ETH_P_IPV6))
		error = opn_skb_push(skb, OPN_ETH_HLEN, diff);
	else if (skb->protocol == OPN_NET16(OPN_ETH_P_IPV6) && protocol == OPN_NET16(OPN_ETH_P_IP))
		error = opn_error(opn_skb_pop(skb, OPN_ETH_HLEN, 0, diff), OPN_ENOMEM);
	else
		return -OPN_ENOTSUPP;
	if (error)
		return error;
	opn_skb_rename(skb, OPN_NET16(protocol));
	opn_set_hash_invalid(skb);
	return 0;
}

/* bpf_skb_change_head(): net/core/filter.c. The network header stays where it is. */
OPN_INLINE long opn_skb_change_head(struct opn_skb *skb, unsigned int len, unsigned long long flags)
{
	unsigned char *data;

	if (flags || len > 0x7fffffff)
		return -OPN_EINVAL;
	if (len >= OPN_ROOM_MAX || opn_skb_room(skb, len, skb->vlan_present))
		return -OPN_ENOMEM;
	data = opn_skb_data(skb);
	if (__builtin_constant_p(len) && data + len > opn_skb_data_end(skb))
		return -OPN_ENOMEM;
	opn_skb_clear(skb, data, 0, len);
	skb->network += len;
	skb->grown += len;
	return 0;
}

/*
 * bpf_skb_change_tail(): net/core/filter.c. bpf_xdp_adjust_tail() clears what it adds too; more
 * than fits behind the packet is -ENOMEM.
 */
OPN_INLINE long opn_skb_change_tail(struct opn_skb *skb, unsigned int len, unsigned long long flags)
{
	unsigned int now = opn_skb_len(skb);
	long error;

	if (flags || len > 0x7fffffff || len < skb->network)
		return -OPN_EINVAL;
	if (skb->encapsulation)
		return -OPN_ENOTSUPP;
	error = opn_error(opn_h_xdp_adjust_tail(skb->xdp, (int)len - (int)now), OPN_ENOMEM);
	if (!error)
		skb->grown += (int)len - (int)now;
	return error;
}

/* bpf_skb_pull_data(): net/core/filter.c. Of 0 bytes it pulls what is linear. */
OPN_INLINE long opn_skb_pull_data(struct opn_skb *skb, unsigned int len)
{
	return len <= opn_skb_headlen(skb) ? 0 : -OPN_ENOMEM;
}

/* bpf_skb_vlan_push(): net/core/filter.c, net/core/skbuff.c: a tag that is there goes into the
 * bytes */
OPN_INLINE long opn_skb_vlan_push(struct opn_skb *skb, unsigned short proto, unsigned short tci)
{
	if (!opn_is_vlan(proto))
		proto = OPN_NET16(OPN_ETH_P_8021Q);
	if (opn_skb_room(skb, skb->vlan_present ? OPN_VLAN_HLEN : 0, 1))
		return -OPN_ENOMEM;
	if (skb->vlan_present) {
		opn_h_xdp_adjust_head(skb->xdp, OPN_VLAN_HLEN);
		opn_skb_put_tag(skb);
		skb->protocol = skb->vlan_proto;
		skb->grown += OPN_VLAN_HLEN;
	}
	skb->vlan_present = 1;
	skb->vlan_proto = proto;
	skb->vlan_tci = tci;
	return 0;
}

/* net/core/skbuff.c: __skb_vlan_pop() */
OPN_INLINE long opn_skb_pop_tag(struct opn_skb *skb, unsigned int *tci)
{
	unsigned char *data = opn_skb_data(skb), *end = opn_skb_data_end(skb);
	unsigned short behind = 0;

	if (data + OPN_ETH_HLEN + OPN_VLAN_HLEN > end)
		return -OPN_ENOMEM;
	if (data + sizeof(struct opn_tagged) <= end)
		behind = ((struct opn_tagged *)data)->half[9];
	*tci = opn_skb_take_tag(skb, data, behind);
	skb->grown -= OPN_VLAN_HLEN;
	skb->network -= OPN_VLAN_HLEN;
	if (skb->network < OPN_ETH_HLEN)
		skb->network = OPN_ETH_HLEN;
	return 0;
}

/* bpf_skb_vlan_pop(): net/core/skbuff.c, skb_vlan_pop(): the next tag comes up out of the bytes */
OPN_INLINE long opn_skb_vlan_pop(struct opn_skb *skb)
{
	unsigned int tci, proto;
	long error;

	if (skb->vlan_present) {
		skb->vlan_present = 0;
		skb->vlan_proto = 0;
		skb->vlan_tci = 0;
	} else {
		if (!opn_is_vlan(skb->protocol))
			return 0;
		error = opn_skb_pop_tag(skb, &tci);
		if (error)
			return error;
	}
	if (!opn_is_vlan(skb->protocol))
		return 0;
	proto = skb->protocol;
	error = opn_skb_pop_tag(skb, &tci);
	if (error)
		return error;
	skb->vlan_present = 1;
	skb->vlan_proto = proto;
	skb->vlan_tci = tci;
	return 0;
}

/* bpf_skb_change_type(): net/core/filter.c: types up to PACKET_OTHERHOST */
OPN_INLINE long opn_skb_change_type(struct opn_skb *skb, unsigned int type)
{
	if (skb->pkt_type > OPN_PACKET_OTHERHOST || type > OPN_PACKET_OTHERHOST)
		return -OPN_EINVAL;
	skb->pkt_type = type;
	return 0;
}

/*
 * bpf_skb_ecn_set_ce(): net/core/filter.c, include/net/inet_ecn.h: IP_ECN_set_ce(),
 * IP6_ECN_set_ce(). Packet pointers stay valid, as they do at tc.
 */
OPN_INLINE long opn_skb_ecn_set_ce(struct opn_skb *skb)
{
	struct opn_ip {
		unsigned char version;
		unsigned char tos;
		unsigned short word[4];
		unsigned short check;
		unsigned short rest[14];
	} ip;
	unsigned int ecn;

	if (skb->protocol == OPN_NET16(OPN_ETH_P_IP)) {
		if (opn_h_xdp_load_bytes(skb->xdp, skb->network, &ip, OPN_IPV4_LEN))
			return 0;
		ecn = (ip.tos + 1) & 3;
		if (!(ecn & 2))
			return !ecn;
		ip.check = opn_csum16_add(ip.check, OPN_NET16(0xfffb + ecn));
		ip.tos |= 3;
	} else if (skb->protocol == OPN_NET16(OPN_ETH_P_IPV6)) {
		if (opn_h_xdp_load_bytes(skb->xdp, skb->network, &ip, OPN_IPV6_LEN))
			return 0;
		if (!(ip.tos & 0x30))
			return 0;
		ip.tos |= 0x30;
	} else {
		return 0;
	}
	opn_h_xdp_store_bytes(skb->xdp, skb->network, &ip, 12);
	return 1;
}

OPN_INLINE unsigned int opn_hash_mix(unsigned int word)
{
	word ^= word >> 16;
	word *= 0x7feb352d;
	word ^= word >> 15;
	word *= 0x846ca68b;
	return word ^ word >> 16;
}

/*
 * bpf_get_hash_recalc(): net/core/flow_dissector.c: __skb_get_hash() hashes addresses and ports,
 * the same for both directions, with a key that only the kernel has. So this is another number,
 * with the same property: sums know no direction.
 */
OPN_INLINE unsigned int opn_get_hash_recalc(struct opn_skb *skb)
{
	unsigned int word[10] = {}, behind = 0, protocol = 0, hash = 0, i;
	unsigned short port[2] = {};

	if (skb->hashed)
		return skb->hash;
	if (skb->protocol == OPN_NET16(OPN_ETH_P_IP)) {
		opn_h_xdp_load_bytes(skb->xdp, skb->network, word, OPN_IPV4_LEN);
		hash = opn_hash_mix(word[3]) + opn_hash_mix(word[4]);
		behind = (((unsigned char *)word)[0] & 15) * 4;
		protocol = ((unsigned char *)word)[9];
		/* The ports are in the first fragment only. */
		if (((opn_half *)word)[3] & OPN_NET16(0x3fff))
			behind = 0;
	} else if (skb->protocol == OPN_NET16(OPN_ETH_P_IPV6)) {
		opn_h_xdp_load_bytes(skb->xdp, skb->network, word, OPN_IPV6_LEN);
		for (i = 0; i < 4; i++)
			hash += opn_hash_mix(word[2 + i] + i) + opn_hash_mix(word[6 + i] + i);
		behind = OPN_IPV6_LEN;
		protocol = ((unsigned char *)word)[6];
	}
	/* TCP, UDP, SCTP */
	if (behind && (protocol == 6 || protocol == 17 || protocol == 132))
		opn_h_xdp_load_bytes(skb->xdp, skb->network + behind, port, sizeof(port));
	hash = opn_hash_mix(hash + opn_hash_mix(port[0]) + opn_hash_mix(port[1]) + protocol);
	opn_set_hash(skb, hash ? hash : 1);
	return skb->hash;
}

/* bpf_get_route_realm(): include/net/dst.h: dst_tclassid(): no route has been looked up. */
OPN_INLINE unsigned int opn_get_route_realm(struct opn_skb *skb)
{
	(void)skb;
	return 0;
}

/*
 * bpf_redirect() of tc, out of a device: net/core/filter.c. What tc drops, a target that is not
 * there, XDP drops too.
 */
OPN_INLINE long opn_redirect(unsigned int ifindex, unsigned long long flags)
{
	if (flags)
		return OPN_TC_SHOT;
	opn_h_redirect(ifindex, 0);
	return OPN_TC_REDIRECT;
}

/* include/uapi/linux/bpf.h: struct bpf_redir_neigh, struct bpf_fib_lookup */
struct opn_hop {
	unsigned int family;
	unsigned int address[4];
};

struct opn_route {
	unsigned char family;
	unsigned char protocol;
	unsigned short ports[2];
	unsigned short tot_len;
	unsigned int ifindex;
	unsigned int flow;
	unsigned int from[4];
	unsigned int to[4];
	unsigned short vlan[2];
	unsigned short source[3];
	unsigned short destination[3];
};

/*
 * What to ask the routes for: the next hop, or where the packet itself goes. Other than 0: the
 * packet is of neither IPv4 nor IPv6.
 */
OPN_INLINE long opn_route_ask(struct opn_skb *skb, const struct opn_hop *hop, struct opn_route *ask)
{
	int is_v4 = skb->protocol == OPN_NET16(OPN_ETH_P_IP);
	unsigned int word[10] = {};

	if (!is_v4 && skb->protocol != OPN_NET16(OPN_ETH_P_IPV6))
		return -OPN_ENOTSUPP;
	ask->family = is_v4 && (!hop || hop->family == OPN_AF_INET) ? OPN_AF_INET : OPN_AF_INET6;
	if (hop) {
		if (is_v4 && hop->family != OPN_AF_INET && hop->family != OPN_AF_INET6)
			return -OPN_ENOTSUPP;
		__builtin_memcpy(ask->to, hop->address, sizeof(ask->to));
	} else if (is_v4) {
		if (opn_h_xdp_load_bytes(skb->xdp, OPN_ETH_HLEN, word, OPN_IPV4_LEN))
			return -OPN_EFAULT;
		/* struct bpf_fib_lookup has the type of service in the first byte. */
		*(unsigned char *)&ask->flow = ((unsigned char *)word)[1];
		ask->protocol = ((unsigned char *)word)[9];
		ask->from[0] = word[3];
		ask->to[0] = word[4];
	} else {
		if (opn_h_xdp_load_bytes(skb->xdp, OPN_ETH_HLEN, word, OPN_IPV6_LEN))
			return -OPN_EFAULT;
		((unsigned char *)word)[0] &= 0x0f;
		ask->flow = word[0];
		ask->protocol = ((unsigned char *)word)[6];
		__builtin_memcpy(ask->from, &word[2], sizeof(ask->from));
		__builtin_memcpy(ask->to, &word[6], sizeof(ask->to));
	}
	return 0;
}

/*
 * bpf_redirect_neigh(): net/core/filter.c, __bpf_redirect_neigh(): the packet leaves by a device
 * with a new MAC header, whose addresses the neighbour table tells. The kernel does it after the
 * program, and lets packets wait for an answer; here it is done at once, and the stack gets a
 * packet for which nobody has asked yet: it is the one that can ask.
 */
OPN_INLINE long opn_redirect_neigh(struct opn_skb *skb, unsigned int ifindex, const void *params,
				   int size, unsigned long long flags)
{
	struct opn_route route = {};
	unsigned short head[7];
	long found;

	if (flags || (size && size < (int)sizeof(struct opn_hop)))
		return OPN_TC_SHOT;
	if (skb->network != OPN_ETH_HLEN)
		return OPN_TC_SHOT;
	route.ifindex = ifindex;
	if (opn_route_ask(skb, size ? params : (void *)0, &route))
		return OPN_TC_SHOT;
	found = opn_h_fib_lookup(skb->xdp, &route, sizeof(route), OPN_FIB_OUTPUT);
	__builtin_memcpy(head, route.destination, sizeof(route.destination));
	__builtin_memcpy(head + 3, route.source, sizeof(route.source));
	/* Before Linux 6.7 a neighbour that has not answered yet counts, and has no address. */
	if (found == OPN_FIB_NO_NEIGH || (!found && !(head[0] | head[1] | head[2])))
		return OPN_TC_OK;
	if (found)
		return OPN_TC_SHOT;
	head[6] = skb->protocol;
	opn_h_xdp_store_bytes(skb->xdp, 0, head, sizeof(head));
	return opn_redirect(ifindex, 0);
}

/*
 * bpf_fib_lookup(): net/core/filter.c, bpf_skb_fib_lookup(): without a length from the caller, the
 * packet must fit into the device: is_skb_forwardable(), four bytes of a tag aside. tot_len and its
 * other name mtu_result are at byte 6 of struct bpf_fib_lookup, ifindex at 8.
 */
OPN_INLINE long opn_fib_lookup(struct opn_skb *skb, void *params, int size, unsigned int flags)
{
	opn_half *tot_len = (opn_half *)((unsigned char *)params + 6);
	opn_word *ifindex = (opn_word *)((unsigned char *)params + 8);
	unsigned short asked = *tot_len;
	unsigned int mtu = 0;
	long found, fits;

	found = opn_h_fib_lookup(skb->xdp, params, size, flags);
	if (found || asked)
		return found;
	fits = opn_h_check_mtu(skb->xdp, *ifindex, &mtu, -OPN_VLAN_HLEN, 0);
	*tot_len = mtu;
	return fits ? 8 /* BPF_FIB_LKUP_RET_FRAG_NEEDED */ : 0;
}

/* bpf_check_mtu(): net/core/filter.c, bpf_skb_check_mtu(): segments (flag 1) are not there at XDP.
 */
OPN_INLINE long opn_check_mtu(struct opn_skb *skb, unsigned int ifindex, unsigned int *mtu_len,
			      int len_diff, unsigned long long flags)
{
	if (flags & ~1ULL)
		return -OPN_EINVAL;
	if (flags && (len_diff || *mtu_len))
		return -OPN_EINVAL;
	return opn_h_check_mtu(skb->xdp, ifindex, mtu_len, len_diff, 0);
}

/*
 * bpf_tail_call(): the next program of the array has an entry of its own, which takes the tag out
 * again, and the protocol from the bytes: where a helper has set it, they have to say it. Comes back
 * where there is none.
 */
OPN_INLINE long opn_tail_call(struct opn_skb *skb, void *programs, unsigned int index)
{
	int told = skb->renamed && skb->network == OPN_ETH_HLEN;
	unsigned short protocol = skb->protocol, type = protocol;
	unsigned int tci = skb->vlan_tci;
	unsigned char *data;

	if (told) {
		opn_h_xdp_load_bytes(skb->xdp, OPN_ETH_HLEN - 2, &type, 2);
		opn_h_xdp_store_bytes(skb->xdp, OPN_ETH_HLEN - 2, &protocol, sizeof(protocol));
	}
	if (skb->vlan_present)
		opn_skb_put_tag(skb);
	opn_h_tail_call(skb->xdp, programs, index);
	if (skb->vlan_present) {
		data = opn_skb_data(skb);
		if (data + OPN_ETH_HLEN + OPN_VLAN_HLEN <= opn_skb_data_end(skb))
			opn_skb_take_tag(skb, data, 0);
		skb->protocol = protocol;
		skb->vlan_tci = tci;
	}
	if (told)
		opn_h_xdp_store_bytes(skb->xdp, OPN_ETH_HLEN - 2, &type, sizeof(type));
	return -OPN_EINVAL;
}

/* libbpf's: for a map and a number that do not change. */
#define opn_tail_call_static opn_tail_call

#pragma clang diagnostic pop

#endif
