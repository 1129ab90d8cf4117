/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * text-odd - names across a line's end, through macros that give back their argument, programs on one
 * line with others, comments between
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SAME(x) x
#define SHORT(ctx, n) ((void *)(long)(ctx)->data + (n) > (void *)(long)(ctx)->data_end)

SEC("xdp") int one(struct /* whose */ xdp_md * /* it */ ctx)
{
	return ctx->ingress_\
ifindex == 3 || SHORT(ctx, 70) ? XDP_DROP : ctx->SAME(ingress_ifindex) == 4 ? XDP_TX : XDP_PASS;
}

/* before */ SEC("xdp") int two(struct xdp_md *ctx) { return SAME(ctx->ingress_ifindex) == 5 || SHORT(ctx, 60); } SEC("xdp") int three(struct SAME(xdp_md) *ctx) { return SAME(bpf_xdp_get_buff_len)(ctx) > 100 ? two(ctx) : XDP_PASS; } /* after */

char _license[] SEC("license") = "GPL";

// CHECK: int one_xdp_body(struct /* whose */ __sk_buff * /* it */ ctx)
// CHECK-NEXT: {
// CHECK-NEXT: return ctx->ifindex == 3 || SHORT(ctx, 70) ? XDP_DROP : ctx->SAME(ifindex) == 4
// CHECK: /* before */ static inline {{.*}} int two_xdp_body(struct __sk_buff *ctx) { return SAME(ctx->ifindex) == 5
// CHECK: int two(struct __sk_buff *ctx)
// CHECK: int three_xdp_body(struct SAME(__sk_buff) *ctx) { return SAME(opn_xdp_buff_len)(ctx) > 100 ? two_xdp_body(ctx) : XDP_PASS; }
// CHECK: int three(struct __sk_buff *ctx)
// CHECK: /* after */
