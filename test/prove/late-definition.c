/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * late-definition - a function defined after its use is lost, and the object has a hole
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int late(int x);

SEC("socket")
int f(struct __sk_buff *ctx)
{
	return late(ctx->len);
}

#ifndef UNIT
__attribute__((noinline)) int late(int x)
{
	return x * 3;
}
#endif

/* CHECK: f 1 differs: 'late': defined in the original but only declared in the unit
 * CHECK: f 2 differs: 'f': instruction 1 refers to function 'late' in the original, to extern 'late' in the unit
 * CHECK: f 3 identical
 * CHECK-NEXT: f 4 differs: 'late' is undefined in the unit, but not in the original
 */
