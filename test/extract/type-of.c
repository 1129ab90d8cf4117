/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * type-of - typeof of variables, functions and maps; function types; types that only a size names
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef int step_t(int v);
static step_t step;

struct sized { char bytes[12]; };
struct { int a; } model;
int modelled(struct sized *sized);

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, sizeof(struct sized));
	__type(key, __u32);
	__type(value, typeof(model));
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, sizeof(table) > 1 ? 2 : 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(typeof(*((typeof(table) *)0)->value)));
} twin SEC(".maps");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = 0;
	typeof(modelled) *none = 0;
	typeof(&step) call = step;

	return !bpf_map_lookup_elem(&twin, &key) + !none + step(ctx->data) + !call;
}

static int step(int v)
{
	return v + 1;
}

char _license[] SEC("license") = "GPL";

// CHECK: typedef int step_t(int v);
// CHECK: struct sized { char bytes[12]; };
// CHECK: struct { int a; } model;
// CHECK: int modelled(struct sized *sized);
// CHECK: } table SEC(".maps");
// CHECK: } twin SEC(".maps");
// CHECK: int prog(
// CHECK: static int step(int v)
