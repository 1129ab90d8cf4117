/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * calls-by-map - a helper that means another thing for each type of map
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define MAP(name, kind)                                                                            \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__uint(max_entries, 8);                                                            \
		__type(key, __u32);                                                                \
		__type(value, __u32);                                                              \
	} name SEC(".maps")

MAP(ports, BPF_MAP_TYPE_DEVMAP);
MAP(by_hash, BPF_MAP_TYPE_DEVMAP_HASH);

SEC("xdp")
int by_map(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	if (eth->h_source[5] & 1)
		return bpf_redirect_map(&ports, eth->h_source[4] & 7, XDP_PASS);
	return bpf_redirect_map(&by_hash, eth->h_source[4], 0);
}

char _license[] SEC("license") = "GPL";

// CHECK: return opn_xdp_redirect_map(&ports, eth->h_source[4] & 7, XDP_PASS);
// CHECK: return opn_xdp_redirect_map(&by_hash, eth->h_source[4], 0);
