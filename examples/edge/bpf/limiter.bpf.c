/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * limiter.bpf.c - a token bucket for each source
 *
 * A bucket is one number: the time at which it will be full again. Taking a token moves that time
 * by the interval in which one token comes in; a bucket that would need longer than `burst`
 * intervals to fill is empty. One number can be replaced atomically, so no lock is needed.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "parse.h"
#include "stats.h"

/* One token comes in this often, in ns. */
const volatile __u64 edge_limit_interval = EDGE_LIMIT_INTERVAL_NS;
const volatile __u32 edge_limit_burst = EDGE_LIMIT_BURST;

#define LIMIT_ATTEMPTS 4

/* IPv4 addresses as ::ffff:a.b.c.d, IPv6 ones without the 64 bits that a host chooses itself. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, EDGE_MAX_SOURCES);
	__type(key, __be32[4]);
	__type(value, __u64);
} buckets SEC(".maps");

/* Takes a token; false when the bucket is empty. */
static __always_inline bool take(__u64 *full_at, __u64 now)
{
	int i;

	for (i = 0; i < LIMIT_ATTEMPTS; i++) {
		__u64 old = *(volatile __u64 *)full_at;
		__u64 next = (old > now ? old : now) + edge_limit_interval;

		if (next - now > edge_limit_interval * edge_limit_burst)
			return false;
		if (__sync_val_compare_and_swap(full_at, old, next) == old)
			return true;
	}
	/* this source is busy on many CPUs at once: it is not starved by letting it wait */
	return false;
}

SEC("xdp")
int edge_limiter(struct xdp_md *ctx)
{
	struct edge_cursor cursor = {
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	__u32 length = ctx->data_end - ctx->data;
	struct edge_packet packet = {};
	__u64 now, first, *full_at;
	__be16 h_proto;
	__be32 key[4];
	int tags;

	if (!edge_parse_eth(&cursor, &h_proto, &tags))
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);
	if (!edge_is_ip(h_proto))
		return XDP_PASS;
	if (!edge_parse_ip(&cursor, h_proto, &packet))
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);

	edge_mapped(&packet.flow.src, packet.flow.family, key);
	if (packet.flow.family == EDGE_IPV6) {
		key[2] = 0;
		key[3] = 0;
	}
	now = bpf_ktime_get_ns();
	full_at = bpf_map_lookup_elem(&buckets, key);
	if (!full_at) {
		/* full, less the token that this packet takes; another CPU may have been first */
		first = now + edge_limit_interval;
		if (edge_limit_burst && !bpf_map_update_elem(&buckets, key, &first, BPF_NOEXIST))
			return edge_fate(EDGE_LIMIT_OK, length, XDP_PASS);
		full_at = bpf_map_lookup_elem(&buckets, key);
	}
	if (!full_at || !take(full_at, now))
		return edge_fate(EDGE_LIMITED, length, XDP_DROP);
	return edge_fate(EDGE_LIMIT_OK, length, XDP_PASS);
}

char _license[] SEC("license") = "GPL";
