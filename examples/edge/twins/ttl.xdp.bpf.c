/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * ttl.xdp.bpf.c - what a router does to the time to live: one less, and the checksum with it
 */
#include "twin.h"

SEC("xdp")
int twin_ttl(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	__u16 old;

	if (!ip)
		return XDP_PASS;
	if (ip->ttl <= 1)
		return XDP_DROP;
	old = *(__u16 *)&ip->ttl;
	ip->ttl--;
	ip->check = edge_csum_replace(ip->check, old, *(__u16 *)&ip->ttl);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
