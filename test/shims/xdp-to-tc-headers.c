/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-headers - a super packet that gets a header in front and is sent on: it leaves as
 * segments, each with that header
 *
 * REQUIRES: bpf
 * RUN: %shims %s --verify=%S/xdp-to-tc-headers.py
 * WRONG: none-told: flags |= opn_headers_of(size); => flags |= 0;
 * WRONG: another: return OPN_ROOM_IN_IPV4; => return OPN_ROOM_IN_IPV6;
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

PROGRAM(headers)
{
	struct ethhdr *eth = (void *)DATA(ctx), copy;
	struct iphdr *ip = (void *)(eth + 1), outer = {};
	__u32 sum = 0;

	if ((void *)(ip + 1) > (void *)DATA_END(ctx))
		return XDP_DROP;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	copy = *eth;
	outer.version = 4;
	outer.ihl = 5;
	outer.ttl = 9;
	outer.protocol = IPPROTO_IPIP;
	outer.tot_len = bpf_htons(bpf_ntohs(ip->tot_len) + sizeof(outer));
	outer.saddr = ip->saddr;
	outer.daddr = ip->daddr;
	for (int i = 0; i < 10; i++)
		sum += ((__u16 *)&outer)[i];
	sum = (sum & 0xffff) + (sum >> 16);
	outer.check = ~((sum & 0xffff) + (sum >> 16));
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(outer)))
		return XDP_DROP;
	eth = (void *)DATA(ctx);
	ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > (void *)DATA_END(ctx))
		return XDP_DROP;
	*eth = copy;
	*ip = outer;
	return XDP_TX;
}
