/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * argument-type - the verifier reads what an argument of a global function points to
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef UNIT
struct pair;
#else
struct pair {
	int a, b;
};
#endif

__attribute__((noinline)) int sub(struct pair *pair)
{
	return pair ? 1 : 2;
}

SEC("socket")
int f(void *ctx)
{
	return sub(ctx);
}

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 identical
 * CHECK-NEXT: f 3 differs: function 'sub': type 'pair' is only declared in the unit
 * CHECK: f 4 identical
 */
