/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * steer.xdp.bpf.c - sends packets for known hosts out of their interface, to their MAC address
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

SEC("xdp")
int twin_steer(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct ethhdr *eth = data;
	struct host *host;
	__be32 address;

	if (!ip)
		return XDP_PASS;
	address = ip->daddr;
	host = bpf_map_lookup_elem(&hosts, &address);
	if (!host)
		return XDP_PASS;
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, host->mac, ETH_ALEN);
	return bpf_redirect(host->ifindex, 0);
}

char _license[] SEC("license") = "GPL";
