/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-metadata - what drivers tell XDP programs about a packet, taken from tc's context
 *
 * The kernel has such calls for the programs of one device only. So the first form answers as a
 * device does that took this tag out of the bytes, or none, and stamped the packet, or did not; the
 * second one has the kernel take the tag out.
 *
 * REQUIRES: bpf
 * RUN: %shims %s
 * WRONG: number: OPN_ENODATA = 61, => OPN_ENODATA = 22,
 * WRONG: protocol: *protocol = OPN_SKB(skb)->vlan_proto; => *protocol = OPN_SKB(skb)->protocol;
 * WRONG: tag: *tci = OPN_SKB(skb)->vlan_tci; => *tci = OPN_NET16(OPN_SKB(skb)->vlan_tci);
 * WRONG: no-stamp: if (!stamp) => if (0)
 * WRONG: stamp: *timestamp = stamp; => *timestamp = 0;
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

#define NO_DATA (-61)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} told SEC(".maps");

static __always_inline void tell(__u64 what)
{
	__u32 slot = 0;
	__u64 *value = bpf_map_lookup_elem(&told, &slot);

	if (value)
		*value = *value * 31 + what;
}

#ifdef OPN_AFTER
static __always_inline int rx_vlan_tag(struct xdp_md *ctx, int taken, __u16 type, __u16 tag,
				       __u16 *protocol, __u16 *tci)
{
	if (taken)
		bpf_skb_vlan_push(ctx, type, tag);
	return opn_xdp_rx_vlan_tag(ctx, protocol, tci);
}

#define rx_timestamp(ctx, stamp, to) opn_rx_timestamp(stamp, to)
#define rx_no_timestamp(ctx, to)     opn_xdp_rx_timestamp(ctx, to)
#else
static __always_inline int rx_vlan_tag(struct xdp_md *ctx, int taken, __u16 type, __u16 tag,
				       __u16 *protocol, __u16 *tci)
{
	if (!taken)
		return NO_DATA;
	*protocol = type;
	*tci = tag;
	return 0;
}

static __always_inline int rx_timestamp(struct xdp_md *ctx, __u64 stamp, __u64 *to)
{
	if (!stamp)
		return NO_DATA;
	*to = stamp;
	return 0;
}
#define rx_no_timestamp(ctx, to) rx_timestamp(ctx, 0, to)
#endif

PROGRAM(metadata)
{
	unsigned char *data = DATA(ctx);
	__u16 protocol = 1, tci = 2, type, tag;
	__u64 time = 3, stamp;
	int taken;

	if (data + 34 > DATA_END(ctx))
		return XDP_DROP;
	taken = data[3] & 1;
	type = data[4] & 1 ? bpf_htons(ETH_P_8021Q) : bpf_htons(ETH_P_8021AD);
	tag = data[5];
	stamp = data[6];
	tell(rx_vlan_tag(ctx, taken, type, tag, &protocol, &tci));
	tell(protocol);
	tell(tci);
	tell(rx_timestamp(ctx, stamp, &time));
	tell(time);
	tell(rx_no_timestamp(ctx, &time));
	tell(time);
	return XDP_DROP;
}
