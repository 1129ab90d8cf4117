/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * programs-array - a program array that is filled in the source: it holds the new programs
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SHORT(ctx, n) ((void *)(long)(ctx)->data + (n) > (void *)(long)(ctx)->data_end)

int first(struct xdp_md *ctx);
int second(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} next SEC(".maps") = {
	.values = {
		[0] = (void *)&first,
		[2] = (void *)second,
	},
};

SEC("xdp")
int first(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &next, 2);
	return XDP_ABORTED;
}

SEC("xdp")
int second(struct xdp_md *ctx)
{
	return SHORT(ctx, 100) ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int start(struct xdp_md *ctx)
{
	if (SHORT(ctx, 60))
		return XDP_DROP;
	bpf_tail_call(ctx, &next, SHORT(ctx, 80) ? 0 : 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}int first(struct __sk_buff *ctx);
// CHECK-NEXT: int second(struct __sk_buff *ctx);
// CHECK: [0] = (void *)&first,
// CHECK-NEXT: [2] = (void *)second,
// CHECK: opn_xdp_tail_call(ctx, &next, 2);
// CHECK: SEC("tc")
// CHECK-NEXT: int first(struct __sk_buff *ctx)
// CHECK: opn_xdp_tail_call(ctx, &next, SHORT(ctx, 80) ? 0 : 1);
