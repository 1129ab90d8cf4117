/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-callees - what a function calls, to any depth, and nothing else
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %unit deeper %s -- %bpfcc | %FileCheck %s --check-prefix=DEEPER
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum width { NARROW = 1, WIDE = 2 };
enum unused { NEVER };

static __noinline int unused(int v)
{
	return v + NEVER;
}

__noinline int deeper(int v)
{
	return v * WIDE;
}

static __noinline int deep(int v)
{
	return deeper(v) + 1;
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	return unused(ctx->data);
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return deep(ctx->data);
}

char _license[] SEC("license") = "GPL";

// CHECK-NOT: {{unused|NEVER|other}}
// CHECK: enum width { NARROW = 1, WIDE = 2 };
// CHECK-NOT: {{unused|NEVER|other}}
// CHECK: __noinline int deeper(int v)
// CHECK: static __noinline int deep(int v)
// CHECK-NOT: {{unused|NEVER|other}}
// CHECK: int prog(
//
// DEEPER: enum width
// DEEPER: __noinline int deeper(
// DEEPER-NOT: {{deep\(|prog}}
