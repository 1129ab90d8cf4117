/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * static-target - a static function that nothing uses in the unit is proved all the same
 *
 * RUN: %prove helper %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 * RUN: %prove helper %s %s %bpfcc --unit %bpfcc -DUNIT -DADD=2 | %FileCheck %s --check-prefix=OTHER
 * RUN: echo 'SEC("socket") int entry(struct __sk_buff *ctx) { return helper(ctx->len); }' > %t.entry
 * RUN: cat %s %t.entry > %t.c
 * RUN: %prove --entry entry %t.entry helper %s %t.c %bpfcc --unit %bpfcc -DUNIT \
 * RUN:   | %FileCheck %s --check-prefix=ENTRY
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef ADD
#define ADD 1
#endif

static inline int helper(int x)
{
	return x + ADD;
}

#ifndef UNIT
SEC("socket")
int f(struct __sk_buff *ctx)
{
	return helper(ctx->mark);
}
#endif

/* CHECK: helper 1 identical
 * CHECK-NEXT: helper 2 identical
 * CHECK-NEXT: helper 3 identical
 * CHECK-NEXT: helper 4 identical
 *
 * OTHER: helper 1 differs: 'helper': value: 1 in the original, 2 in the unit
 * OTHER: helper 2 differs: 'helper': instruction
 *
 * ENTRY: helper 1 identical
 * ENTRY-NEXT: helper 2 identical
 * ENTRY-NEXT: helper 3 identical
 * ENTRY-NEXT: helper 4 identical
 */
