/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-unused - a static function that nothing in its unit calls compiles without a warning
 *
 * RUN: %unit helper %s -- %bpfcc | %FileCheck %s
 * RUN: %unit marked %s -- %bpfcc | %FileCheck %s --check-prefix=MARKED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline int helper(struct xdp_md *ctx)
{
	return ctx->data < ctx->data_end;
}

static __attribute__((unused)) int marked(struct xdp_md *ctx)
{
	return ctx->rx_queue_index;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return helper(ctx);
}

// CHECK: static __always_inline int helper(
// CHECK: {{^}}static __attribute__((unused)) __typeof__(&helper) opened_unused = helper;{{$}}

// MARKED: static __attribute__((unused)) int marked(
// MARKED-NOT: opened_unused
