/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * steer.tc.bpf.c - sends packets for known hosts out of their interface, to their MAC address
 */
#include "twin.h"

struct host {
	__u32 ifindex;
	__u8 mac[ETH_ALEN];
	__u8 unused[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, struct host);
} hosts SEC(".maps");

SEC("tc")
int twin_steer(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct host *host;
	struct ethhdr eth;
	__be32 address;

	if (!ip)
		return TC_ACT_UNSPEC;
	address = ip->daddr;
	host = bpf_map_lookup_elem(&hosts, &address);
	if (!host)
		return TC_ACT_UNSPEC;
	__builtin_memcpy(eth.h_source, ((struct ethhdr *)data)->h_dest, ETH_ALEN);
	__builtin_memcpy(eth.h_dest, host->mac, ETH_ALEN);
	eth.h_proto = bpf_htons(ETH_P_IP);
	bpf_skb_store_bytes(skb, 0, &eth, sizeof(eth), 0);
	return bpf_redirect(host->ifindex, 0);
}

char _license[] SEC("license") = "GPL";
