/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * field-call - a field that is a function at the other hook: with a pointer, with a dot, in a macro
 *
 * RUN: %rewritten -u %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define QUEUE(ctx) ((ctx)->rx_queue_index)

static __always_inline struct xdp_md *same(struct xdp_md *ctx)
{
	return ctx;
}

SEC("xdp")
int queue(struct xdp_md *ctx)
{
	__u32 sum = ctx->rx_queue_index + (*ctx).rx_queue_index;

	sum += QUEUE(ctx) + same(ctx)->rx_queue_index;
	return sum ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define QUEUE(ctx) (opn_xdp_rx_queue((ctx)))
// CHECK: __u32 sum = opn_xdp_rx_queue(ctx) + opn_xdp_rx_queue(&(*ctx));
// CHECK: sum += QUEUE(ctx) + opn_xdp_rx_queue(same(ctx));
