/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * snat.tc.bpf.c - hides inner source addresses behind public ones, with the checksum helpers
 */
#include "twin.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __be32);
} publics SEC(".maps");

SEC("tc")
int twin_snat(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct tcphdr));
	__be32 old, new, *found;
	__u8 protocol;

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ihl != 5)
		return TC_ACT_SHOT;
	old = ip->saddr;
	protocol = ip->protocol;
	found = bpf_map_lookup_elem(&publics, &old);
	if (!found)
		return TC_ACT_UNSPEC;
	new = *found;
	bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), old, new, sizeof(new));
	bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, saddr), &new, sizeof(new), 0);
	if (protocol == IPPROTO_TCP)
		bpf_l4_csum_replace(skb, sizeof(struct twin_frame) + offsetof(struct tcphdr, check),
				    old, new, BPF_F_PSEUDO_HDR | sizeof(new));
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
