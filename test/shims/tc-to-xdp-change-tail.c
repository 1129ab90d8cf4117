/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-change-tail - a packet's end moved
 *
 * REQUIRES: bpf
 * RUN: %shims %s -DTO=60 --only=sign --only=done
 * RUN: %shims %s '-DTO=data[0]' --only=least
 * RUN: %shims %s -DTO=60 -DFLAGS=1 --only=flags
 * RUN: %shims %s -DTO=16 -DBEFORE=4 --only=network
 * RUN: %shims %s '-DTO=LEN(skb) + 33' --only=none
 * RUN: %shims %s -DTO=60 -DENCAP --only=encap
 *
 * WRONG: sign: (int)len - (int)now), OPN_ENOMEM) => (int)now - (int)len), OPN_ENOMEM)
 * WRONG: done: opn_h_xdp_adjust_tail(skb->xdp, (int)len - (int)now) => 0
 * WRONG: least: len < skb->network) => len <= skb->network)
 * WRONG: flags: if (flags || len > 0x7fffffff || => if (
 * WRONG: network: len < skb->network) => len < OPN_ETH_HLEN)
 * WRONG: encap: skb->encapsulation = 1; => ;
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#ifndef FLAGS
#define FLAGS 0
#endif

PROGRAM(tail)
{
	unsigned char *data = DATA(skb);
	unsigned int to = 0;

	if (data + 20 <= DATA_END(skb))
		to = TO;
#ifdef BEFORE
	result(bpf_skb_change_head(skb, BEFORE, 0));
#endif
#ifdef ENCAP
	result(bpf_skb_adjust_room(skb, 20, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV4));
	to += (__u8)skb->protocol;
#endif
	result(bpf_skb_change_tail(skb, to, FLAGS));
	result(LEN(skb));
#ifdef ENCAP
	bpf_skb_store_bytes(skb, 2 * ETH_ALEN, &(__u16){ skb->protocol }, 2, 0);
#endif
	return TC_ACT_OK;
}
