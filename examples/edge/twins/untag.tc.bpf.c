/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * untag.tc.bpf.c - takes the tag of one VLAN off, where it still stands in the bytes
 *
 * On a real interface the kernel has moved the outer tag to skb->vlan_tci before tc runs, and this
 * program sees an untagged frame.
 */
#include "twin.h"

#define UNTAG_VLAN 100

struct tagged {
	__u8 macs[2 * ETH_ALEN];
	__be16 h_proto;
	__be16 tci;
	__be16 inner;
} __attribute__((packed));

SEC("tc")
int twin_untag(struct __sk_buff *skb)
{
	struct tagged *frame = (void *)(long)skb->data;
	long error;

	if ((void *)(frame + 1) > (void *)(long)skb->data_end ||
	    frame->h_proto != bpf_htons(ETH_P_8021Q))
		return TC_ACT_UNSPEC;
	if ((frame->tci & bpf_htons(0xfff)) != bpf_htons(UNTAG_VLAN))
		return TC_ACT_SHOT;
	if (frame->inner == bpf_htons(ETH_P_8021Q) || frame->inner == bpf_htons(ETH_P_8021AD))
		return TC_ACT_SHOT;
	error = bpf_skb_vlan_pop(skb);
	return twin_tc_pass(error);
}

char _license[] SEC("license") = "GPL";
