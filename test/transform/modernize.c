/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * modernize - legacy maps become BTF maps: the same maps, the same instructions
 *
 * RUN: %modernized %s -- %bpfcc -Wno-gnu-designator | %FileCheck %s
 * RUN: %modernized %s --to=tc -- %bpfcc -Wno-gnu-designator | %FileCheck %s --check-prefixes=CHECK,TC
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ENTRIES 512
#define VALUE_SIZE sizeof(struct count)
#define MAP_SECTION(name) __attribute__((section(name), used))

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

struct guarded {
	struct bpf_spin_lock lock;
	__u32 value;
};

/* By device. */
struct bpf_map_def SEC("maps") counts = {
	.type = BPF_MAP_TYPE_HASH, /* sparse */
	.key_size = sizeof(__u32),
	// a record
	.value_size = sizeof(struct count),
	.max_entries = ENTRIES * 2,
	.map_flags = BPF_F_NO_PREALLOC
};

SEC("maps") struct bpf_map_def numbers = {
	.type        = BPF_MAP_TYPE_PERCPU_ARRAY,
	.key_size    = 4,
	.value_size  = sizeof(struct count) ,
	.max_entries = 256,
};

struct bpf_map_def MAP_SECTION("maps") jumps = { BPF_MAP_TYPE_PROG_ARRAY, sizeof(int), sizeof(int), 8 };

struct bpf_map_def events __attribute__((section("maps"), used)) = {
	type: BPF_MAP_TYPE_PERF_EVENT_ARRAY,
	key_size: sizeof(int),
	value_size: sizeof(__u32),
};

struct {
	__u32 type, size_key, size_value, max_elem, flags, id, pinning;
} own SEC("maps") = {
	.type = BPF_MAP_TYPE_ARRAY,
	.size_key = sizeof(__u32),
	.size_value = VALUE_SIZE,
	.pinning = 0,
	.max_elem = 1,
};

struct bpf_map_def SEC("maps") locks = {
	.type = BPF_MAP_TYPE_ARRAY,
	.key_size = sizeof(__u32),
	.value_size = sizeof(struct guarded),
	.max_entries = 1,
};

SEC("xdp")
int modernize(struct xdp_md *ctx)
{
	__u32 key = 7, first = 0;
	struct count *count = bpf_map_lookup_elem(&counts, &key);

	bpf_tail_call(ctx, &jumps, 1);
	if (count)
		count->packets++;
	count = bpf_map_lookup_elem(&numbers, &first);
	if (count)
		count->packets++;
	count = bpf_map_lookup_elem(&own, &first);
	return count && count->packets ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: /* By device. */
// CHECK-NEXT: {{^}}struct {{[{]$}}
// CHECK-NEXT: {{^}}	__uint(type, BPF_MAP_TYPE_HASH); /* sparse */
// CHECK-NEXT: {{^}}	__type(key, __u32);
// CHECK-NEXT: {{^}}	// a record
// CHECK-NEXT: {{^}}	__type(value, struct count);
// CHECK-NEXT: {{^}}	__uint(max_entries, ENTRIES * 2);
// CHECK-NEXT: {{^}}	__uint(map_flags, BPF_F_NO_PREALLOC);
// CHECK-NEXT: {{^}}} counts SEC(".maps");
// CHECK: {{^}}struct {{[{]$}}
// CHECK-NEXT: __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
// CHECK-NEXT: __uint(key_size, 4);
// CHECK-NEXT: __uint(value_size, sizeof(struct count));
// CHECK-NEXT: __uint(max_entries, 256);
// CHECK-NEXT: {{^}}} numbers SEC(".maps");
// CHECK: {{^}}struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(key_size, sizeof(int)); __uint(value_size, sizeof(int)); __uint(max_entries, 8); } jumps MAP_SECTION(".maps");
// CHECK: {{^}}struct {{[{]$}}
// CHECK-NEXT: __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
// CHECK-NEXT: __uint(key_size, sizeof(int));
// CHECK-NEXT: __uint(value_size, sizeof(__u32));
// CHECK-NEXT: {{^}}} events __attribute__((section(".maps"), used));
// CHECK: {{^}}struct {{[{]$}}
// CHECK-NEXT: __uint(type, BPF_MAP_TYPE_ARRAY);
// CHECK-NEXT: __uint(key_size, sizeof(__u32));
// CHECK-NEXT: __uint(value_size, VALUE_SIZE);
// CHECK-NEXT: __uint(max_entries, 1);
// CHECK-NEXT: {{^}}} own SEC(".maps");
// CHECK: __uint(key_size, sizeof(__u32));
// CHECK-NEXT: __uint(value_size, sizeof(struct guarded));
// CHECK-NEXT: __uint(max_entries, 1);
// CHECK-NEXT: {{^}}} locks SEC(".maps");
// TC: SEC("tc")
