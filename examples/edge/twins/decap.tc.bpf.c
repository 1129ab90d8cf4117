/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * decap.tc.bpf.c - takes IPv4 out of IPv4: what is behind the Ethernet header goes
 */
#include "twin.h"

SEC("tc")
int twin_decap(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct iphdr));
	struct iphdr *inner = (void *)(ip + 1);
	long error;

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_IPIP)
		return TC_ACT_UNSPEC;
	if (inner->version != 4)
		return TC_ACT_SHOT;
	error = bpf_skb_adjust_room(skb, -(int)sizeof(struct iphdr), BPF_ADJ_ROOM_MAC, 0);
	return twin_tc_pass(error);
}

char _license[] SEC("license") = "GPL";
