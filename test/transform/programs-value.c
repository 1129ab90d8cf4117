/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * programs-value - a program that is handed on as a function: what is called is its body
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int inner(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

static __always_inline int turned(struct xdp_md *ctx, int (*program)(struct xdp_md *))
{
	return program(ctx) == XDP_PASS ? XDP_TX : XDP_DROP;
}

SEC("xdp")
int outer(struct xdp_md *ctx)
{
	return turned(ctx, inner);
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	int (*program)(struct xdp_md *) = &inner;

	return program(ctx) == XDP_DROP ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: return turned(ctx, inner_xdp_body);
// CHECK: int (*program)(struct __sk_buff *) = &inner_xdp_body;
