/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * own-text - a warning says that __LINE__ and the name of a program's function are others; in a function
 * that keeps its name, and above what is added, they are not
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && sed '/^\/\/ /,$d; s/^ . RUN:.*/ */' %s > text.c
 * RUN: %status 0 %opened-transform --to=tc -o out text.c -- %bpfcc 2> err
 * RUN: %FileCheck %s < err
 * RUN: %opened-transform --to=tc --check text.c -- %bpfcc | %FileCheck %s --check-prefix=CHECK-JSON
 */

enum { ABOVE = __LINE__ };

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define HERE __LINE__

static __always_inline int above(void)
{
	return ABOVE + sizeof(__func__);
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	bpf_printk("%s", __func__);
	return above() == HERE ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK-NOT: warning:
// CHECK: text.c:27:2: warning: the name of the function has another value in what is written: the program's text becomes a function of its own, which a new program calls [-Wopened-transform-value]
// CHECK-NOT: warning:
// CHECK: text.c:28:20: warning: '__LINE__' has another value in what is written: lines are added above it [-Wopened-transform-value]
// CHECK-NOT: warning:
// CHECK-JSON: "verdict": "exact under conditions"
