/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * spread.tc.bpf.c - spreads IPv4 over the interfaces of a device map, which tc can only look into
 */
#include "twin.h"

#define SPREAD_PORTS 4

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, SPREAD_PORTS);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

SEC("tc")
int twin_spread(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	__u32 slot, *ifindex;

	if (!ip)
		return TC_ACT_UNSPEC;
	slot = bpf_ntohl(ip->saddr ^ ip->daddr) % SPREAD_PORTS;
	ifindex = bpf_map_lookup_elem(&ports, &slot);
	if (!ifindex)
		return TC_ACT_UNSPEC;
	return bpf_redirect(*ifindex, 0);
}

char _license[] SEC("license") = "GPL";
