/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * decap6.xdp.bpf.c - takes IPv6 out of IPv4 (RFC 4213), for tunnels whose other end is known
 */
#include <linux/ipv6.h>

#include "twin.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32);
	__type(value, __u64);
} tunnels SEC(".maps");

SEC("xdp")
int twin_decap6(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct ipv6hdr));
	struct ethhdr eth;
	long error;
	__u64 *count;
	__be32 from;

	if (!ip)
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_IPV6)
		return XDP_PASS;
	from = ip->saddr;
	count = bpf_map_lookup_elem(&tunnels, &from);
	if (!count)
		return XDP_DROP;
	*count += 1;
	eth = *(struct ethhdr *)data;
	eth.h_proto = bpf_htons(ETH_P_IPV6);
	error = bpf_xdp_adjust_head(ctx, sizeof(struct iphdr));
	error |= bpf_xdp_store_bytes(ctx, 0, &eth, sizeof(eth));
	return twin_xdp_pass(error);
}

char _license[] SEC("license") = "GPL";
