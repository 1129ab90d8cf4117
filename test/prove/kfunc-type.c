/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kfunc-type - the kernel matches the prototype of a kfunc with its own
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef UNIT
struct object;
#else
struct object {
	int a;
};
#endif

extern int take(struct object *object, int flags__k) __attribute__((section(".ksyms")));

SEC("socket")
int f(void *ctx)
{
	return take(ctx, 1);
}

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 identical
 * CHECK-NEXT: f 3 differs: extern 'take': type 'object' is only declared in the unit
 * CHECK-NEXT: f 4 identical
 */
