/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-redefined - the definition in force is the one that counts: redefined, undefined, pushed and popped
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %unit early %s -- %bpfcc | %FileCheck %s --check-prefix=EARLY
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SIZE 1
#define TWICE (2 * SIZE)
#define VERDICT XDP_DROP

int early(struct xdp_md *ctx) { return TWICE; }

#undef SIZE
#define SIZE 3
#pragma push_macro("VERDICT")
#undef VERDICT
#define VERDICT XDP_TX

static int middle(struct xdp_md *ctx) { return ctx->data ? VERDICT : TWICE; }

#pragma pop_macro("VERDICT")
#undef SIZE
#define SIZE 4

#ifndef DEFAULTED
#define DEFAULTED 5
#endif

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return ctx->data_end ? middle(ctx) : VERDICT + TWICE + DEFAULTED;
}

char _license[] SEC("license") = "GPL";

// CHECK-NOT: {{SIZE 1|early}}
// CHECK: #define TWICE (2 * SIZE)
// CHECK-NEXT: #define VERDICT XDP_DROP
// CHECK: #define SIZE 3
// CHECK: #pragma push_macro("VERDICT")
// CHECK: #undef VERDICT
// CHECK-NEXT: #define VERDICT XDP_TX
// CHECK: middle(
// CHECK: #pragma pop_macro("VERDICT")
// CHECK: #undef SIZE
// CHECK-NEXT: #define SIZE 4
// CHECK: #ifndef DEFAULTED
// CHECK: #define DEFAULTED 5
// CHECK: #endif
// CHECK: int prog(
//
// EARLY: #define SIZE 1
// EARLY-NEXT: #define TWICE (2 * SIZE)
// EARLY-NOT: {{#undef|VERDICT|DEFAULTED}}
// EARLY: int early(
