/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-late - a function defined after its use is in the unit, after its use
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int late(struct xdp_md *ctx);
static int late_static(int v);
int never_called(int v);

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return late(ctx);
}

__noinline int late(struct xdp_md *ctx)
{
	return late_static(ctx->data);
}

int never_called(int v)
{
	return v;
}

static __noinline int late_static(int v)
{
	return v ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}int late(struct xdp_md *ctx);{{$}}
// CHECK: {{^}}static int late_static(int v);{{$}}
// CHECK-NOT: never_called
// CHECK: int prog(struct xdp_md *ctx)
// CHECK: {{^}}__noinline int late(struct xdp_md *ctx){{$}}
// CHECK-NOT: never_called
// CHECK: {{^}}static __noinline int late_static(int v){{$}}
