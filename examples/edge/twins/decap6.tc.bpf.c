/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * decap6.tc.bpf.c - takes IPv6 out of IPv4; the stack has to be told that the family changes
 */
#include <linux/ipv6.h>

#include "twin.h"

/* linux/bpf.h: BPF_F_ADJ_ROOM_DECAP_L3_IPV6, since 6.3. Older kernels refuse it when it runs. */
#define DECAP_TO_IPV6 (1 << 8)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __u64);
} tunnels SEC(".maps");

SEC("tc")
int twin_decap6(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct ipv6hdr));
	__be16 h_proto = bpf_htons(ETH_P_IPV6);
	long error;
	__u64 *count;
	__be32 from;

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_IPV6)
		return TC_ACT_UNSPEC;
	from = ip->saddr;
	count = bpf_map_lookup_elem(&tunnels, &from);
	if (!count)
		return TC_ACT_SHOT;
	*count += 1;
	error = bpf_skb_adjust_room(skb, -(int)sizeof(struct iphdr), BPF_ADJ_ROOM_MAC,
				    DECAP_TO_IPV6);
	error |= bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_proto), &h_proto,
				     sizeof(h_proto), 0);
	return twin_tc_pass(error);
}

char _license[] SEC("license") = "GPL";
