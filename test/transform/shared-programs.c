/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * shared-programs - several programs that share helpers and go together; one alone when it shares
 * nothing that changes
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=tc --function=third -- %bpfcc | %FileCheck %s --check-prefix=ONE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline int is_short(struct xdp_md *ctx, __u32 bytes)
{
	return (void *)(long)ctx->data + bytes > (void *)(long)ctx->data_end;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
	return is_short(ctx, 60) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int second(struct xdp_md *ctx)
{
	return is_short(ctx, 70) ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int third(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 80 > (void *)(long)ctx->data_end ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: static __always_inline int is_short(struct __sk_buff *ctx, __u32 bytes)
// CHECK: int first_xdp_body(struct __sk_buff *ctx)
// CHECK: int second_xdp_body(struct __sk_buff *ctx)
// CHECK: int third_xdp_body(struct __sk_buff *ctx)
//
// ONE: static __always_inline int is_short(struct xdp_md *ctx, __u32 bytes)
// ONE: SEC("xdp")
// ONE-NEXT: int first(struct xdp_md *ctx)
// ONE: SEC("xdp")
// ONE-NEXT: int second(struct xdp_md *ctx)
// ONE: #include "xdp-to-tc.h"
// ONE: int third_xdp_body(struct __sk_buff *ctx)
