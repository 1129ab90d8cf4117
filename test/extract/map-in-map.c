/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-in-map - the inner type, and the maps that initialise the outer one
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %unit direct %s -- %bpfcc | %FileCheck %s --check-prefix=DIRECT
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct route {
	__u32 next_hop;
};

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct route);
} inner_a SEC(".maps"), inner_b SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = { [0] = &inner_a, [1] = (void *)&inner_b },
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_HASH);
		__uint(max_entries, 1);
		__type(key, __u32);
		__type(value, __u64);
	});
} nested SEC(".maps");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = ctx->data & 1;
	void *inner = bpf_map_lookup_elem(&outer, &key);
	struct route *route;

	if (!inner || !bpf_map_lookup_elem(&nested, &key))
		return XDP_DROP;
	route = bpf_map_lookup_elem(inner, &key);
	return route ? route->next_hop : XDP_DROP;
}

SEC("xdp")
int direct(struct xdp_md *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&inner_b, &key);
}

char _license[] SEC("license") = "GPL";

// CHECK: struct route {
// CHECK: struct inner {
// CHECK: } inner_a SEC(".maps"), inner_b SEC(".maps");
// CHECK: __array(values, struct inner);
// CHECK-NEXT: } outer SEC(".maps") = {
// CHECK-NEXT: .values = { [0] = &inner_a, [1] = (void *)&inner_b },
// CHECK: __array(values, struct {
// CHECK: } nested SEC(".maps");
//
// DIRECT: struct route {
// DIRECT: } inner_a SEC(".maps"), inner_b SEC(".maps");
// DIRECT-NOT: outer
