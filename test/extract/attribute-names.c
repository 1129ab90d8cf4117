/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * attribute-names - attributes that name functions, variables and constants: cleanup, aligned
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum { ALIGNMENT = 16, UNUSED_ALIGNMENT = 32 };

struct guard {
	__u32 held;
} __attribute__((aligned(ALIGNMENT)));

static volatile __u32 released;

static inline void release(struct guard *guard)
{
	released += guard->held;
}

static inline void release_never(struct guard *guard)
{
	released = 0;
}

#define GUARD(name) struct guard name __attribute__((cleanup(release))) = { 1 }

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	GUARD(guard);

	return ctx->data + guard.held;
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	struct guard guard __attribute__((cleanup(release_never))) = { 2 };

	return guard.held;
}

char _license[] SEC("license") = "GPL";

// CHECK: ALIGNMENT = 16
// CHECK: } __attribute__((aligned(ALIGNMENT)));
// CHECK: static inline void release(struct guard *guard)
// CHECK-NOT: release_never
// CHECK: #define GUARD(name)
// CHECK: int prog(
// CHECK-NOT: release_never
