/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * keep-going-lines - an #error stands on a line of its own, also where lines are joined by a
 * backslash or a comment runs over several; names that a backslash divides are rewritten whole
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && sed '/^\/\/ /,$d; s/^ . RUN:.*/ */' %s > lines.c
 * RUN: %status 1 %opened-transform --to=tc --keep-going -o out lines.c -- %bpfcc
 * RUN: %FileCheck %s < out/lines.c
 * RUN: %not %clang %bpfcc -Wno-everything -c out/lines.c -o none.o 2> errors; grep -c 'error: "field' errors | grep -qx 3
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define LEAVES(ctx) \
	(ctx)->egress_ifindex
#define COMES(ctx) ((ctx)->ingress_\
ifindex)

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	int device = ctx-> \
		egress_ifindex;

	device += ctx->ingress_\
ifindex + COMES(ctx);
	/* The device's number
	 * or none */ device -= ctx->egress_ifindex;
	return device == LEAVES( \
		ctx) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define LEAVES(ctx) \
// CHECK-NEXT: (ctx)->egress_ifindex
// CHECK: #define COMES(ctx) ((ctx)->ifindex)
// CHECK: {{^}}#error "field 'egress_ifindex': it is there
// CHECK-NEXT: int device = ctx-> \
// CHECK-NEXT: egress_ifindex;
// CHECK: device += ctx->ifindex + COMES(ctx);
// CHECK-NEXT: {{^}}#error "field 'egress_ifindex': it is there
// CHECK-NEXT: /* The device's number
// CHECK-NEXT: * or none */ device -= ctx->egress_ifindex;
// CHECK-NEXT: {{^}}#error "field 'egress_ifindex': it is there
// CHECK-NEXT: return device == LEAVES( \
