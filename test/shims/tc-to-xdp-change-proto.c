/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-change-proto - twenty bytes more for IPv6, twenty less for IPv4
 *
 * What is not reached is the driver's headroom at its end.
 *
 * REQUIRES: bpf
 * RUN: %shims %s -DTO=ETH_P_IPV6 --only=from-v4 --only=hash
 * RUN: %shims %s -DTO=ETH_P_IP --only=from-v6 --only=length
 * RUN: %shims %s -DTO=ETH_P_ARP --only=other
 * RUN: %shims %s -DTO=ETH_P_IP -DFLAGS=1 --only=flags
 *
 * WRONG: from-v4: error = opn_skb_push(skb, OPN_ETH_HLEN, diff); => error = 0;
 * WRONG: from-v6: opn_skb_pop(skb, OPN_ETH_HLEN, 0, diff) => 0
 * WRONG: length: diff = OPN_IPV6_LEN - OPN_IPV4_LEN; => diff = OPN_IPV4_LEN - 2;
 * WRONG: hash: opn_skb_rename(skb, OPN_NET16(protocol)); => return 0;
 * WRONG: other: OPN_ETH_P_IPV6 = 0x86dd, => OPN_ETH_P_IPV6 = 0x0806,
 * WRONG: flags: int diff = OPN_IPV6_LEN - OPN_IPV4_LEN; => int diff = 20; flags = 0;
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#ifndef FLAGS
#define FLAGS 0
#endif

PROGRAM(proto)
{
	__u16 type;

	bpf_set_hash(skb, 77);
	result(bpf_skb_change_proto(skb, bpf_htons(TO), FLAGS));
	result(LEN(skb));
	result(skb->hash);
	type = skb->protocol;
	result(type);
	/* As a packet that goes on wants it. */
	bpf_skb_store_bytes(skb, 2 * ETH_ALEN, &type, sizeof(type), 0);
	return type == bpf_htons(ETH_P_ARP) ? TC_ACT_OK : TC_ACT_UNSPEC;
}
