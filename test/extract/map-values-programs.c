/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-values-programs - programs that only a PROG_ARRAY's .values name, declared before, defined after
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int tail_one(struct xdp_md *ctx);
int tail_two(struct xdp_md *ctx);

#define ONE 0
#define TWO 1

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct xdp_md *));
} jumps SEC(".maps") = {
	.values = {
		[ONE] = (void *)&tail_one,
		[TWO] = (void *)&tail_two,
	},
};

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, ONE);
	return XDP_ABORTED;
}

static __noinline int only_one(__u32 v)
{
	return v & 3;
}

SEC("xdp")
int tail_one(struct xdp_md *ctx)
{
	return only_one(ctx->data);
}

SEC("xdp")
int tail_two(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, ONE);
	return XDP_DROP;
}

SEC("xdp")
int unrelated(struct xdp_md *ctx)
{
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: int tail_one(struct xdp_md *ctx);
// CHECK: int tail_two(struct xdp_md *ctx);
// CHECK: #define ONE 0
// CHECK: #define TWO 1
// CHECK: } jumps SEC(".maps") = {
// CHECK: int prog(
// CHECK: static __noinline int only_one(
// CHECK: SEC("xdp")
// CHECK-NEXT: int tail_one(struct xdp_md *ctx)
// CHECK: SEC("xdp")
// CHECK-NEXT: int tail_two(struct xdp_md *ctx)
// CHECK-NOT: unrelated
