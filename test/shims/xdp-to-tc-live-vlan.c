/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-live-vlan - VLAN tags looked at, taken out and put in, where tc has them beside the
 * bytes
 *
 * REQUIRES: bpf
 * RUN: %shims %s -o OPN_FIDELITY=2 -- --live --generate=300
 * RUN: %shims %s -o OPN_FIDELITY=1 -o OPN_VLAN=1 --only=beside-the-bytes --only=sent-out -- --live --generate=300
 * RUN: %shims %s -o OPN_FIDELITY=2 --only=none -- --live=veth --generate=300
 * WRONG: beside-the-bytes: if (opn_vlan_into_bytes(skb)) => if (0)
 * WRONG: sent-out: OPN_SKB(skb)->ifindex, OPN_REDIRECT_INGRESS) => OPN_SKB(skb)->ifindex, 0)
 * WRONG: not-exact: #elif OPN_FIDELITY == 2 => #elif 0
 * WRONG: mark-stays: OPN_STORE(OPN_SKB(skb)->mark, OPN_SKB(skb)->mark & ~OPN_GUARD_MASK); => ;
 * WRONG: byte-order: = OPN_NET16(OPN_SKB(skb)->vlan_tci); => = OPN_SKB(skb)->vlan_tci;
 * WRONG: outermost-only: i < OPN_VLAN_TAGS => i < 1
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

struct tag {
	__be16 tci, type;
};

static __always_inline int is_tagged(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

PROGRAM(vlan)
{
	struct ethhdr *eth = (void *)DATA(ctx), copy;
	struct tag *tag = (void *)(eth + 1), kept = {};

	/* Shorter ones are on no wire: the TAP device finds a TCP header behind their end, and
	 * before that the kernel lets nothing be cut off. */
	if ((void *)eth + 96 > (void *)DATA_END(ctx))
		return XDP_PASS;
	copy = *eth;
	if (is_tagged(eth->h_proto)) {
		/* As it finds one in PPPoE. */
		if (tag->type == bpf_htons(ETH_P_PPP_SES))
			return XDP_PASS;
		/* Tag 5 is drop, even ones are taken out. */
		if ((tag->tci & bpf_htons(0xfff)) == bpf_htons(5))
			return XDP_DROP;
		if (tag->tci & bpf_htons(1))
			return XDP_PASS;
		copy.h_proto = tag->type;
		if (bpf_xdp_adjust_head(ctx, sizeof(*tag)))
			return XDP_DROP;
	} else {
		kept.tci = bpf_htons(42);
		kept.type = copy.h_proto;
		copy.h_proto = bpf_htons(ETH_P_8021Q);
		if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*tag)))
			return XDP_DROP;
	}
	eth = (void *)DATA(ctx);
	tag = (void *)(eth + 1);
	if ((void *)(tag + 1) > (void *)DATA_END(ctx))
		return XDP_DROP;
	*eth = copy;
	if (copy.h_proto == bpf_htons(ETH_P_8021Q) && kept.tci == bpf_htons(42))
		*tag = kept;
	return XDP_PASS;
}
