/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * ttl.tc.bpf.c - what a router does to the time to live, with the helpers for skbs
 */
#include "twin.h"

SEC("tc")
int twin_ttl(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	__u16 old, new;

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ttl <= 1)
		return TC_ACT_SHOT;
	/* the checksum is over words: this one has the protocol too */
	old = bpf_htons(ip->ttl << 8 | ip->protocol);
	new = bpf_htons((ip->ttl - 1) << 8 | ip->protocol);
	bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), old, new, sizeof(new));
	bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, ttl), &new, sizeof(new), 0);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
