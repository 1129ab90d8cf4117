/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-protocol - skb->protocol is set, and the Ethernet type in the bytes is left as it was
 *
 * tc's stack goes by skb->protocol, and XDP's by the bytes, which opn_skb_leave() therefore makes to
 * say the same: the pair's row `bytes-tell`. It demands it too, so that bytes which are left alone
 * differ. A packet that is redirected keeps its bytes at both.
 *
 * REQUIRES: bpf
 * RUN: %shims %s '-DDO=bpf_skb_change_proto(skb, TYPE_V6, 0)' --only=left --only=other --only=place
 * RUN: %shims %s '-DDO=bpf_skb_change_proto(skb, TYPE_V4, 0)' --only=left --only=more
 * RUN: %shims %s '-DDO=bpf_skb_adjust_room(skb, 40, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_ENCAP_L3_IPV6)' --only=left
 * RUN: %shims %s '-DDO=bpf_skb_adjust_room(skb, -20, BPF_ADJ_ROOM_MAC, 128)' --only=left
 * RUN: %shims %s '-DDO=bpf_skb_change_proto(skb, TYPE_V6, 0)' '-DEND=bpf_redirect(1, 0)' --only=redirect
 * RUN: %shims %s '-DDO=bpf_skb_change_proto(skb, TYPE_V6, 0)' -DEND=TC_ACT_OK --only=left
 *
 * WRONG: left: opn_h_xdp_store_bytes(skb->xdp, OPN_ETH_HLEN - 2, &protocol, 2); => ;
 * WRONG: other: OPN_ETH_HLEN - 2, &protocol, 2 => OPN_ETH_HLEN - 2, &skb->vlan_tci, 2
 * WRONG: place: OPN_ETH_HLEN - 2, &protocol, 2 => OPN_ETH_HLEN - 3, &protocol, 2
 * WRONG: more: OPN_ETH_HLEN - 2, &protocol, 2 => OPN_ETH_HLEN - 2, &skb->protocol, 4
 * WRONG: redirect: if (skb->renamed && verdict != OPN_TC_REDIRECT && => if (skb->renamed &&
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#define TYPE_V4 bpf_htons(ETH_P_IP)
#define TYPE_V6 bpf_htons(ETH_P_IPV6)
#ifndef END
#define END TC_ACT_UNSPEC
#endif

PROGRAM(protocol)
{
	result(DO);
	result(skb->protocol);
	if (LEN(skb) & 1) {
		result(1);
		return TC_ACT_SHOT;
	}
	return END;
}
