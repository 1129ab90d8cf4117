/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-static-inlined - a static helper that now has one caller is inlined: explained, not hidden
 *
 * RUN: %unit -w "'prog' is identical but for " prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ROUND(n)                              \
	sum += bpf_get_prandom_u32() ^ (n);   \
	sum *= ctx->data_end | (n);           \
	sum ^= bpf_ktime_get_ns() / (n);      \
	bpf_xdp_adjust_head(ctx, sum);

static int helper(struct xdp_md *ctx, int sum)
{
	ROUND(1) ROUND(2) ROUND(3) ROUND(4) ROUND(5) ROUND(6) ROUND(7) ROUND(8)
	return sum;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return helper(ctx, ctx->data) ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	return helper(ctx, 20 + ctx->data_end) + helper(ctx, ctx->data_meta);
}

char _license[] SEC("license") = "GPL";

// CHECK: static int helper(struct xdp_md *ctx, int sum)
// CHECK-NOT: other
// CHECK: int prog(
// CHECK-NOT: other
