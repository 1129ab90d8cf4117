/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * section-forms - what makes a function a program, in every way that it is written
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SHORT(ctx, n) ((void *)(long)(ctx)->data + (n) > (void *)(long)(ctx)->data_end)
#define PROGRAM(name) __attribute__((section(name), used))
#define AT_XDP SEC("xdp")

/* The usual way. */
SEC("xdp")
int usual(struct xdp_md *ctx)
{
	return SHORT(ctx, 60) ? XDP_DROP : XDP_PASS;
}

/* On one line with the type. */
SEC("xdp") int one_line(struct xdp_md *ctx)
{
	return SHORT(ctx, 61) ? XDP_DROP : XDP_PASS;
}

int SEC("xdp") behind_the_type(struct xdp_md *ctx)
{
	return SHORT(ctx, 62) ? XDP_DROP : XDP_PASS;
}

PROGRAM("xdp") int own_macro(struct xdp_md *ctx)
{
	return SHORT(ctx, 63) ? XDP_DROP : XDP_PASS;
}

AT_XDP int macro_of_macro(struct xdp_md *ctx)
{
	return SHORT(ctx, 64) ? XDP_DROP : XDP_PASS;
}

__attribute__((section("xdp"), used))
int written_out(struct xdp_md *ctx)
{
	return SHORT(ctx, 65) ? XDP_DROP : XDP_PASS;
}

int __attribute__((used, section("xdp"))) written_out_behind(struct xdp_md *ctx)
{
	return SHORT(ctx, 66) ? XDP_DROP : XDP_PASS;
}

SEC("xdp/with_a_name")
int named(struct xdp_md *ctx)
{
	return SHORT(ctx, 67) ? XDP_DROP : XDP_PASS;
}

SEC("xdp.frags")
int frags(struct xdp_md *ctx)
{
	return SHORT(ctx, 68) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
__attribute__((noinline)) int noinline_too(struct xdp_md *ctx)
{
	return SHORT(ctx, 69) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define AT_XDP SEC("xdp")
// CHECK: #include "xdp-to-tc.h"
// CHECK: /* The usual way. */
// CHECK-NEXT: static inline __attribute__((always_inline)) /* SEC("xdp") */{{$}}
// CHECK-NEXT: int usual_xdp_body(struct __sk_buff *ctx)
// CHECK-NEXT: {
// CHECK-NEXT: return SHORT(ctx, 60) ? XDP_DROP : XDP_PASS;
// CHECK-NEXT: }
// CHECK-EMPTY:
// CHECK-NEXT: SEC("tc")
// CHECK-NEXT: int usual(struct __sk_buff *ctx)
// CHECK-NEXT: {
// CHECK-NEXT: int verdict;
// CHECK-EMPTY:
// CHECK-NEXT: if (opn_xdp_enter(ctx, &verdict))
// CHECK-NEXT: return verdict;
// CHECK-NEXT: return opn_xdp_leave(ctx, usual_xdp_body(ctx));
// CHECK-NEXT: }
// CHECK: /* On one line with the type. */
// CHECK-NEXT: static inline __attribute__((always_inline)) /* SEC("xdp") */ int one_line_xdp_body(struct __sk_buff *ctx)
// CHECK: {{^}}int static inline __attribute__((always_inline)) /* SEC("xdp") */ behind_the_type_xdp_body(struct __sk_buff *ctx)
// CHECK: {{^}}static inline __attribute__((always_inline)) /* PROGRAM("xdp") */ int own_macro_xdp_body(struct __sk_buff *ctx)
// CHECK: {{^}}static inline __attribute__((always_inline)) /* AT_XDP */ int macro_of_macro_xdp_body(struct __sk_buff *ctx)
// CHECK: {{^}}static inline __attribute__((always_inline /* section("xdp") */, used))
// CHECK-NEXT: int written_out_xdp_body(struct __sk_buff *ctx)
// CHECK: {{^}}static inline int __attribute__((used, always_inline /* section("xdp") */)) written_out_behind_xdp_body(struct __sk_buff *ctx)
// CHECK: int named_xdp_body(
// CHECK: SEC("tc")
// CHECK-NEXT: int named(
// CHECK: int frags_xdp_body(
// CHECK: SEC("tc")
// CHECK-NEXT: int frags(
// CHECK: {{^}}static /* SEC("xdp") */
// CHECK-NEXT: __attribute__((noinline)) int noinline_too_xdp_body(
// CHECK: SEC("tc")
// CHECK-NEXT: int noinline_too(
