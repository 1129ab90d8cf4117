/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * program-macro-head - a macro that makes the program and begins the function that it calls
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PROGRAM(name, sec) \
	static __always_inline int name##_inner(struct xdp_md *c); \
	SEC(sec) int name(struct xdp_md *c) { return name##_inner(c); } \
	static __always_inline int name##_inner(struct xdp_md *ctx)

PROGRAM(prog, "xdp")
{
	return ctx->data_end - ctx->data > 100 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: PROGRAM(prog_xdp_body, "xdp")
// CHECK-NEXT: {
// CHECK-NEXT: return ctx->data_end - ctx->data > 100 ? XDP_DROP : XDP_PASS;
// CHECK-NEXT: }
// CHECK-EMPTY:
// CHECK-NEXT: SEC("tc")
// CHECK-NEXT: int prog(struct __sk_buff *ctx)
