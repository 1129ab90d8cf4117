/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * limiter.tc.bpf.c - a few packets a second for each source
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

SEC("tc")
int twin_limiter(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct window *window, first = { .packets = 1 };
	__be32 source;

	if (!ip)
		return TC_ACT_UNSPEC;
	source = ip->saddr;
	first.start = bpf_ktime_get_ns();
	window = bpf_map_lookup_elem(&sources, &source);
	if (!window) {
		bpf_map_update_elem(&sources, &source, &first, BPF_ANY);
		return TC_ACT_UNSPEC;
	}
	if (first.start - window->start >= LIMIT_WINDOW) {
		*window = first;
		return TC_ACT_UNSPEC;
	}
	if (window->packets >= LIMIT_BURST)
		return TC_ACT_SHOT;
	window->packets++;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
