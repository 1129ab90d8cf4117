/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * program-macros - programs whose head, or the whole of which, a macro writes
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SHORT(ctx, n) ((void *)(long)(ctx)->data + (n) > (void *)(long)(ctx)->data_end)
#define PROGRAM(name, bytes, verdict)                                                              \
	SEC("xdp")                                                                                 \
	int name##_of_macro(struct xdp_md *ctx)                                                    \
	{                                                                                          \
		return SHORT(ctx, bytes) ? XDP_ABORTED : verdict;                                  \
	}
#define HEAD(name) SEC("xdp") int name(struct xdp_md *ctx)

PROGRAM(pass, 60, XDP_PASS)
PROGRAM(drop, 61, XDP_DROP)

HEAD(headed)
{
	return SHORT(ctx, 62) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define PROGRAM(name, bytes, verdict)
// CHECK-NEXT: static inline __attribute__((always_inline))
// CHECK-NEXT: int name##_of_macro(struct __sk_buff *ctx)
// CHECK: #define HEAD(name) static inline __attribute__((always_inline)) /* SEC("xdp") */ int name(struct __sk_buff *ctx)
// CHECK: #define pass_of_macro pass_of_macro_xdp_body
// CHECK-NEXT: PROGRAM(pass, 60, XDP_PASS)
// CHECK-NEXT: #undef pass_of_macro
// CHECK: SEC("tc")
// CHECK-NEXT: int pass_of_macro(struct __sk_buff *ctx)
// CHECK: return opn_xdp_leave(ctx, pass_of_macro_xdp_body(ctx));
// CHECK: PROGRAM(drop, 61, XDP_DROP)
// CHECK: SEC("tc")
// CHECK-NEXT: int drop_of_macro(struct __sk_buff *ctx)
// CHECK: HEAD(headed_xdp_body)
// CHECK-NEXT: {
// CHECK: SEC("tc")
// CHECK-NEXT: int headed(struct __sk_buff *ctx)
