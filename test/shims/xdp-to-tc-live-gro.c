/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-live-gro - TCP's payload in reach, and super packets that pass
 *
 * REQUIRES: bpf
 * RUN: %shims %s -o OPN_VLAN=1 -- --live=veth --generate=20 --transfer=5001
 * RUN: %shims %s -o OPN_FIDELITY=2 --only=none -- --live=veth --generate=20 --transfer=5001
 * WRONG: not-linear: if (opn_h_pull_data(skb, OPN_SKB(skb)->len)) => if (0)
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

PROGRAM(gro)
{
	unsigned char *data = DATA(ctx), *end = DATA_END(ctx);
	struct iphdr *ip = (void *)(data + ETH_HLEN);
	unsigned int length;

	if (data + ETH_HLEN + sizeof(*ip) > end)
		return XDP_DROP;
	if (data[12] != 0x08 || data[13] != 0x00 || ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	length = data[16] * 256 + data[17];
	return data + ETH_HLEN + length > end ? XDP_DROP : XDP_PASS;
}
