/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-many-arguments - more than five arguments are fine for a function that is always inlined
 *
 * RUN: %unit many --entry=xdp %s -- %bpfcc | %FileCheck %s
 * RUN: cd %S && %opened-extract -v --prove -f many function-many-arguments.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=INLINED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline int many(int a, int b, int c, int d, int e, int f)
{
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return many(1, 2, 3, 4, 5, ctx->data);
}

char _license[] SEC("license") = "GPL";

// CHECK: static __always_inline int many(
// CHECK-NOT: prog(
// CHECK: many(a, b, c, d, e, f);
//
// INLINED: 1 ir identical
// INLINED-NEXT: 2 instructions skipped: it has no code of its own on either side
