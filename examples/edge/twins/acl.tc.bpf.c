/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * acl.tc.bpf.c - drops TCP and UDP to ports that are denied, and counts what it drops
 */
#include "twin.h"

struct port {
	__be16 port;
	__u8 protocol;
	__u8 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct port);
	__type(value, __u64);
} denied SEC(".maps");

SEC("tc")
int twin_acl(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct twin_ports *ports;
	struct port key = {};
	__u64 *hits;

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ihl < 5)
		return TC_ACT_SHOT;
	if (ip->frag_off & bpf_htons(TWIN_IP_OFFSET))
		return TC_ACT_UNSPEC;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return TC_ACT_UNSPEC;
	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 1) > end)
		return TC_ACT_SHOT;
	key.port = ports->dest;
	key.protocol = ip->protocol;
	hits = bpf_map_lookup_elem(&denied, &key);
	if (!hits)
		return TC_ACT_UNSPEC;
	__sync_fetch_and_add(hits, 1);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
