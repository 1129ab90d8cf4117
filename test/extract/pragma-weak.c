/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-weak - pragmas that name declarations: weak, and what follows them by section
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#pragma weak verdict
#pragma weak not_needed

__noinline int verdict(int v)
{
	return v;
}

__noinline int not_needed(int v)
{
	return v;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return verdict(ctx->data);
}

char _license[] SEC("license") = "GPL";

// CHECK: #pragma weak verdict
// CHECK: __noinline int verdict(int v)
// CHECK-NOT: int not_needed
