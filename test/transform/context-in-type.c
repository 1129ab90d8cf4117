/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * context-in-type - a type that is defined inside of an expression, or of another declaration, names
 * the context too
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline int is_short(void *of)
{
	struct xdp_md *ctx = ((struct { struct xdp_md *inner; } *)of)->inner;

	return ctx->data_end - ctx->data < 60;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 device = (&(struct { struct xdp_md *c; int n; }){ ctx, 2 })->c->ingress_ifindex;
	union { void *any; struct xdp_md *one; } same = { .any = ctx };

	if (device & 64 || is_short(&(struct { struct xdp_md *c; }){ ctx }))
		return XDP_DROP;
	return same.one->data_end - same.one->data > 100 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: struct __sk_buff *ctx = ((struct { struct __sk_buff *inner; } *)of)->inner;
// CHECK: __u32 device = (&(struct { struct __sk_buff *c; int n; }){ ctx, 2 })->c->ifindex;
// CHECK-NEXT: union { void *any; struct __sk_buff *one; } same
// CHECK: is_short(&(struct { struct __sk_buff *c; }){ ctx })
