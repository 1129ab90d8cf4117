/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * decap.xdp.bpf.c - takes IPv4 out of IPv4: the frame begins later, its Ethernet header moves along
 */
#include "twin.h"

SEC("xdp")
int twin_decap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct iphdr));
	struct iphdr *inner = (void *)(ip + 1);
	struct ethhdr eth;
	long error;

	if (!ip)
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_IPIP)
		return XDP_PASS;
	if (inner->version != 4)
		return XDP_DROP;
	eth = *(struct ethhdr *)data;
	error = bpf_xdp_adjust_head(ctx, sizeof(struct iphdr));
	error |= bpf_xdp_store_bytes(ctx, 0, &eth, sizeof(eth));
	return twin_xdp_pass(error);
}

char _license[] SEC("license") = "GPL";
