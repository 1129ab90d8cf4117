/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * type-in-map - types that only __type() or __array() names must be complete
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct inner_part {
	__u32 a;
};

struct key {
	struct inner_part part;
	__u32 b;
};

union value {
	__u64 whole;
	__u32 half[2];
};

struct unrelated {
	__u32 c;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct key);
	__type(value, union value);
} table SEC(".maps");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u64 key = ctx->data;

	return bpf_map_delete_elem(&table, &key) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: struct inner_part {
// CHECK-NEXT: __u32 a;
// CHECK: struct key {
// CHECK-NEXT: struct inner_part part;
// CHECK: union value {
// CHECK-NEXT: __u64 whole;
// CHECK-NOT: unrelated
// CHECK: __type(key, struct key);
// CHECK-NEXT: __type(value, union value);
// CHECK-NEXT: } table SEC(".maps");
