/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-ecn - congestion marked in the IP header
 *
 * What is not reached are IP headers that are cut off, which no test run at tc takes.
 *
 * REQUIRES: bpf
 * RUN: %shims %s --only=check --only=v4 --only=v6 --only=none-v4 --only=none-v6 --only=answer
 *
 * WRONG: check: opn_csum16_add(ip.check, OPN_NET16( => ip.check + (OPN_NET16(
 * WRONG: v4: ip.tos |= 3; => ip.tos |= 2;
 * WRONG: v6: ip.tos |= 0x30; => ip.tos |= 0x20;
 * WRONG: none-v4: return !ecn; => ;
 * WRONG: none-v6: if (!(ip.tos & 0x30)) => if (0)
 * WRONG: answer: opn_h_xdp_store_bytes(skb->xdp, skb->network, &ip, 12); => return 1;
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

PROGRAM(ecn)
{
	if (skb->protocol == bpf_htons(ETH_P_8021Q) || skb->protocol == bpf_htons(ETH_P_8021AD))
		return TC_ACT_OK;
	result(bpf_skb_ecn_set_ce(skb));
	return TC_ACT_OK;
}
