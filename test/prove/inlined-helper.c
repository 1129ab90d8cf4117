/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * inlined-helper - a static helper with one caller left is inlined: explained, by trying it out
 *
 * The same difference with another cause is not explained.
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT -DINLINE=__always_inline \
 * RUN:   | %FileCheck %s --check-prefix=OTHER
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef INLINE
#define INLINE
#endif

#define STEP(n) (x = (x ^ (x >> n)) * 0x45d9f3b + len, x += x % (n + 3))

static INLINE unsigned int helper(unsigned int x, unsigned int len)
{
	STEP(1); STEP(2); STEP(3); STEP(4); STEP(5); STEP(6); STEP(7); STEP(8); STEP(9); STEP(10);
	STEP(11); STEP(12); STEP(13); STEP(14); STEP(15); STEP(16); STEP(17); STEP(18); STEP(19);
	return x;
}

SEC("socket")
int f(struct __sk_buff *ctx)
{
	return helper(ctx->hash, ctx->len);
}

#ifndef UNIT
SEC("socket")
int other(struct __sk_buff *ctx)
{
	return helper(ctx->mark, ctx->len) + 1;
}
#endif

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 explained: functions left out change inlining: other
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 identical
 *
 * OTHER: f 1 differs: 'helper': function: attribute
 * OTHER: f 2 differs: 'f': instruction
 */
