/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * census.bpf.c - count frames by what they carry
 *
 * A second small code base, with its own names and its own way to build: something to chain with
 * examples/edge.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "kinds.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CENSUS_KINDS);
	__type(key, __u32);
	__type(value, __u64);
} census_frames SEC(".maps");

static __always_inline void note(__u32 kind)
{
	__u64 *frames = bpf_map_lookup_elem(&census_frames, &kind);

	if (frames)
		*frames += 1;
}

SEC("xdp")
int census(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > end) {
		note(CENSUS_SHORT);
		return XDP_DROP;
	}
	switch (eth->h_proto) {
	case bpf_htons(ETH_P_IP):
		note(CENSUS_IPV4);
		break;
	case bpf_htons(ETH_P_IPV6):
		note(CENSUS_IPV6);
		break;
	default:
		note(CENSUS_OTHER);
	}
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
