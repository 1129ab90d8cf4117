/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * stats.h - one counter per fate of a packet, per CPU, shared by all programs of the edge
 *
 * The map is pinned by name: whichever program is loaded first makes it, the others find it.
 */
#ifndef EDGE_STATS_H
#define EDGE_STATS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "types.h"

enum edge_counter {
#define EDGE_COUNTER(identifier, text) EDGE_##identifier,
#include "counters.def"
#undef EDGE_COUNTER
	EDGE_COUNTERS
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, EDGE_COUNTERS);
	__type(key, __u32);
	__type(value, struct edge_count);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} edge_stats SEC(".maps");

static __always_inline void edge_count(enum edge_counter counter, __u64 bytes)
{
	__u32 key = counter;
	struct edge_count *count = bpf_map_lookup_elem(&edge_stats, &key);

	if (!count)
		return;
	/* no atomics: the value is this CPU's own */
	count->packets++;
	count->bytes += bytes;
}

/* Counts a packet and returns its verdict, so that a fate is one line where it is decided. */
static __always_inline int edge_fate(enum edge_counter counter, __u64 bytes, int verdict)
{
	edge_count(counter, bytes);
	return verdict;
}

#endif /* EDGE_STATS_H */
