/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * limiter.xdp.bpf.c - a few packets a second for each source
 */
#include "twin.h"

#define LIMIT_WINDOW 1000000000ULL /* ns */
#define LIMIT_BURST  3

struct window {
	__u64 start;
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __be32);
	__type(value, struct window);
} sources SEC(".maps");

SEC("xdp")
int twin_limiter(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct window *window, first = { .packets = 1 };
	__be32 source;

	if (!ip)
		return XDP_PASS;
	source = ip->saddr;
	first.start = bpf_ktime_get_ns();
	window = bpf_map_lookup_elem(&sources, &source);
	if (!window) {
		bpf_map_update_elem(&sources, &source, &first, BPF_ANY);
		return XDP_PASS;
	}
	if (first.start - window->start >= LIMIT_WINDOW) {
		*window = first;
		return XDP_PASS;
	}
	if (window->packets >= LIMIT_BURST)
		return XDP_DROP;
	window->packets++;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
