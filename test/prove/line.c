/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * line - a unit has other line numbers: explained, but only what __LINE__ does
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT -DMORE | %FileCheck %s --check-prefix=MORE
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef UNIT
#line 1000
#endif

SEC("socket")
int f(struct __sk_buff *ctx)
{
	if (ctx->len > 64)
		return __LINE__;
#ifdef MORE
	if (ctx->mark)
		return 1;
#endif
	return 0;
}

/* CHECK: f 1 explained: __LINE__
 * CHECK-NEXT: f 2 explained: __LINE__
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 identical
 *
 * MORE: f 1 differs
 * MORE: f 2 differs
 */
