/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * calls-own - a helper that the project declares itself gives no warning when all its calls became others
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))

static long (*shift_head)(struct xdp_md *ctx, int delta) = (void *)44;
static unsigned long long (*now)(void) = (void *)5;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	if ((void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end)
		return XDP_DROP;
	if (!now())
		return XDP_TX;
	return shift_head(ctx, -8) ? XDP_ABORTED : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}__attribute__((unused)) static long (*shift_head)(struct xdp_md *ctx, int delta) = (void *)44;
// CHECK: {{^}}static unsigned long long (*now)(void) = (void *)5;
// CHECK: return opn_xdp_adjust_head(ctx, -8) ? XDP_ABORTED : XDP_PASS;
