/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-live-decap - IPv4 and IPv6 taken out of either: the stack goes by skb->protocol
 *
 * REQUIRES: bpf
 * RUN: %shims %s -o OPN_VLAN=1 -- --live --generate=300
 * RUN: %shims %s -o OPN_FIDELITY=2 --only=none -- --live --generate=300
 * RUN: %shims %s -o OPN_FIDELITY=2 --only=none -- --live=veth --generate=300
 * WRONG: protocol-left: if (OPN_SKB(skb)->protocol == protocol || => if (1 ||
 * WRONG: too-short: OPN_SKB(skb)->len < OPN_ETH_LENGTH + 40 || =>
 * WRONG: not-told-and-left: return opn_xdp_pass(skb); => return OPN_PASS;
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

PROGRAM(decap)
{
	unsigned char *data = DATA(ctx);
	struct ethhdr *eth = (void *)data, copy;
	int size, inner;

	if (data + ETH_HLEN + sizeof(struct ipv6hdr) > DATA_END(ctx))
		return XDP_PASS;
	copy = *eth;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		size = sizeof(struct iphdr);
		inner = data[ETH_HLEN + 9];
	} else if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		size = sizeof(struct ipv6hdr);
		inner = data[ETH_HLEN + 6];
	} else {
		return XDP_PASS;
	}
	/* What is wrong with a program stays wrong: the inner protocol is IPv6 for all else. */
	copy.h_proto = inner == IPPROTO_IPIP ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	if (inner != IPPROTO_IPIP && inner != IPPROTO_IPV6 && inner != IPPROTO_ICMP)
		return XDP_PASS;
	if (size == sizeof(struct iphdr) ? bpf_xdp_adjust_head(ctx, sizeof(struct iphdr))
					 : bpf_xdp_adjust_head(ctx, sizeof(struct ipv6hdr)))
		return XDP_DROP;
	eth = (void *)DATA(ctx);
	if ((void *)(eth + 1) > (void *)DATA_END(ctx))
		return XDP_DROP;
	*eth = copy;
	return XDP_PASS;
}
