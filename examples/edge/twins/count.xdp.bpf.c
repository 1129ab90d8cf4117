/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * count.xdp.bpf.c - packets and bytes of each IP protocol
 */
#include "twin.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct twin_count);
} protocols SEC(".maps");

SEC("xdp")
int twin_count(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct twin_count *count, first = { .packets = 1, .bytes = end - data };
	__u32 key;

	if (!ip)
		return XDP_PASS;
	key = ip->protocol;
	count = bpf_map_lookup_elem(&protocols, &key);
	if (count) {
		__sync_fetch_and_add(&count->packets, 1);
		__sync_fetch_and_add(&count->bytes, end - data);
	} else {
		bpf_map_update_elem(&protocols, &key, &first, BPF_NOEXIST);
	}
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
