/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* maps.bpf.c - a map that somebody else makes */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} table SEC(".maps");

SEC("xdp")
int looks(struct xdp_md *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&table, &key) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
