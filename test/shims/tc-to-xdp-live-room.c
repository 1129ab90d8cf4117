/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-live-room - what the stack is given after headers came and went, with tags around them
 *
 * DO moves, and the Ethernet type is made to say what skb->protocol says.
 *
 * REQUIRES: bpf
 * RUN: %shims %s '-DDO=ROOM(-20, BPF_ADJ_ROOM_MAC, 0)' --only=back -- --live --generate=300
 * RUN: %shims %s '-DDO=ROOM(20, BPF_ADJ_ROOM_NET, 0)' --only=room -- --live --generate=300
 * RUN: %shims %s '-DDO=ROOM(40, BPF_ADJ_ROOM_MAC, 4)' --only=renamed -- --live --generate=300
 * RUN: %shims %s '-DDO=bpf_skb_change_proto(skb, TYPE_V6, 0)' --only=none -- --live --generate=300
 *
 * WRONG: back: head[7] = OPN_NET16(skb->vlan_tci); => head[7] = skb->vlan_tci;
 * WRONG: room: opn_skb_clear(skb, data, head, len); => ;
 * WRONG: renamed: skb->protocol = OPN_NET16(protocol); => ;
 */
/* As on a device. */
#define OPN_VLAN 1
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#define ROOM(by, mode, flags) bpf_skb_adjust_room(skb, by, mode, flags)
#define TYPE_V6		      bpf_htons(ETH_P_IPV6)

PROGRAM(room)
{
	long error;

	/* Shorter ones are on no wire. */
	if (LEN(skb) < 96)
		return TC_ACT_UNSPEC;
	error = DO;
	result(error);
	if (!error && skb->protocol == TYPE_V6) {
		__u16 type = TYPE_V6;

		bpf_skb_store_bytes(skb, 2 * ETH_ALEN, &type, sizeof(type), 0);
	}
	return TC_ACT_UNSPEC;
}
