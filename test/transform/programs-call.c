/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * programs-call - a program that another one calls as a function: the call goes to its body, whose
 * verdicts are those of the first hook
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SHORT(ctx, n) ((void *)(long)(ctx)->data + (n) > (void *)(long)(ctx)->data_end)

SEC("xdp")
int inner(struct xdp_md *ctx)
{
	return SHORT(ctx, 60) ? XDP_DROP : XDP_PASS;
}

/* A function of the name that the body would have. */
static __always_inline int outer_xdp_body(struct xdp_md *ctx)
{
	return SHORT(ctx, 70);
}

SEC("xdp")
int outer(struct xdp_md *ctx)
{
	int verdict = inner(ctx);

	if (verdict != XDP_PASS)
		return verdict;
	return outer_xdp_body(ctx) ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: int inner_xdp_body(struct __sk_buff *ctx)
// CHECK: SEC("tc")
// CHECK-NEXT: int inner(struct __sk_buff *ctx)
// CHECK: return opn_xdp_leave(ctx, inner_xdp_body(ctx));
// CHECK: static __always_inline int outer_xdp_body(struct __sk_buff *ctx)
// CHECK: int outer_xdp_body_(struct __sk_buff *ctx)
// CHECK: int verdict = inner_xdp_body(ctx);
// CHECK: return outer_xdp_body(ctx) ? XDP_TX : XDP_PASS;
// CHECK: return opn_xdp_leave(ctx, outer_xdp_body_(ctx));
