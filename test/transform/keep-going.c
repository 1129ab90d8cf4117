/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * keep-going - what is refused becomes an #error at its place, once for each line and reason; the rest
 * is rewritten, and the exit status says that it is not done
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && sed '/^\/\/ /,$d; s/^ . RUN:.*/ */' %s > keep-going.c
 * RUN: %status 1 %opened-transform --to=tc --keep-going -o out keep-going.c -- %bpfcc 2> said; grep -c 'error: field' said | grep -qx 3
 * RUN: %FileCheck %s < out/keep-going.c
 * RUN: %not %clang %bpfcc -c out/keep-going.c -o none.o 2> errors; grep -c 'error: ' errors | grep -qx 5
 * RUN: %status 1 %opened-transform --to=tc --keep-going --dry-run keep-going.c -- %bpfcc > diff 2> again; cmp said again && grep -q '^+#error' diff
 * RUN: sed '/#error/d' out/keep-going.c > out/mended.c && sed -i 's/ctx->egress_ifindex/0/g' out/mended.c && %clang %bpfcc -Wall -Werror -c out/mended.c -o mended.o
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline int device(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex +
	       ctx->egress_ifindex;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	if (ctx->egress_ifindex == ctx->egress_ifindex + 1)
		return XDP_DROP;
	return device(ctx) ? XDP_PASS : XDP_TX;
}

char _license[] SEC("license") = "GPL";

// CHECK: return ctx->ifindex +
// CHECK-NEXT: {{^}}#error "field 'egress_ifindex': it is there for programs of device maps only"
// CHECK-NEXT: ctx->egress_ifindex;
// CHECK: int prog_xdp_body(struct __sk_buff *ctx)
// CHECK-NEXT: {
// CHECK: {{^}}#error "field 'egress_ifindex': {{.*}}"
// CHECK: if (ctx->egress_ifindex
// CHECK: SEC("tc")
// CHECK-NEXT: int prog(
