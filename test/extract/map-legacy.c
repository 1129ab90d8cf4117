/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-legacy - struct bpf_map_def in section "maps"
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static int (*bpf_map_update_elem)(void *map, const void *key, const void *value,
				  unsigned long long flags) = (void *)BPF_FUNC_map_update_elem;

struct bpf_map_def {
	unsigned int type;
	unsigned int key_size;
	unsigned int value_size;
	unsigned int max_entries;
	unsigned int map_flags;
};

struct count {
	__u64 packets;
};

struct bpf_map_def SEC("maps") counts = {
	.type = BPF_MAP_TYPE_PERCPU_ARRAY,
	.key_size = sizeof(__u32),
	.value_size = sizeof(struct count),
	.max_entries = 256,
};

struct bpf_map_def SEC("maps") others = {
	.type = BPF_MAP_TYPE_HASH,
	.key_size = 4,
	.value_size = 4,
	.max_entries = 1,
};

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = 0;
	__u64 *packets = bpf_map_lookup_elem(&counts, &key);

	if (packets)
		++*packets;
	return XDP_PASS;
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	__u32 key = 0;

	return bpf_map_update_elem(&others, &key, &key, 0);
}

char _license[] SEC("license") = "GPL";

// CHECK: #define SEC(name)
// CHECK: static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
// CHECK-NOT: bpf_map_update_elem
// CHECK: struct bpf_map_def {
// CHECK: struct count {
// CHECK: {{^}}struct bpf_map_def SEC("maps") counts = {{[{]$}}
// CHECK: .value_size = sizeof(struct count),
// CHECK-NOT: others
