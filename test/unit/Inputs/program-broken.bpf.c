/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program-broken.bpf.c - a map that no kernel makes
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(key_size, 7);
	__uint(value_size, 8);
	__uint(max_entries, 1);
} odd SEC(".maps");

SEC("xdp")
int broken(struct xdp_md *ctx)
{
	__u64 key = 0;

	return bpf_map_lookup_elem(&odd, &key) ? XDP_PASS : XDP_DROP;
}
