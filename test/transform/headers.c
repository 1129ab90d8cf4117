/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * headers - a header changes with the program; one that need not change is copied, so that all
 * includes of the tree lead into it
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: cmp %t/in/include/types.h %t/out/include/types.h && test -f %t/out/xdp-to-tc.h && %not test -e %t/out/include/xdp-to-tc.h
 * RUN: cd %t/in && %status 2 %opened-transform --to=tc -o one.c headers.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=ONE
 * RUN: %status 2 %opened-transform --to=tc -o - headers.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=ONE
 * RUN: %not ls one.c
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "include/parse.h"

static const struct limits limits = { .least = 60, .most = 1000 };

SEC("xdp")
int headers(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;

	if (data + limits.least > DATA_END(ctx) || data + limits.most < DATA_END(ctx))
		return XDP_DROP;
	return device(ctx) == 77 ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: ==> headers.c <==
// CHECK: #include "include/parse.h"
// CHECK: #include "xdp-to-tc.h"
// CHECK: int headers_xdp_body(struct __sk_buff *ctx)
// CHECK: ==> include/parse.h <==
// CHECK: #include "types.h"
// CHECK: #include "../xdp-to-tc.h"
// CHECK: /* The device that a packet came from. */
// CHECK-NEXT: static __always_inline int device(struct __sk_buff *ctx)
// CHECK-NEXT: {
// CHECK-NEXT: return ctx->ifindex;
// CHECK: #endif
// CHECK-NOT: types.h <==
//
// ONE: error: 'include/parse.h' changes too: give a folder to -o [-Wopened-usage]
