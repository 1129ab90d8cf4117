/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * inlined-order - what is left out used a helper first, so that inlining went another way round
 *
 * Clang emits static functions in the order of their first use, and LLVM inlines those that must
 * be in that order: variables of the stack come to lie elsewhere. Explained, by trying it out.
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT -DSIZE=32 | %FileCheck %s --check-prefix=OTHER
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef SIZE
#define SIZE 16
#endif

static __always_inline int first(struct __sk_buff *ctx)
{
	long pair[SIZE / 8] = {};

	bpf_skb_load_bytes(ctx, 4, pair, sizeof(pair));
	return pair[0] + pair[1];
}

static __always_inline int inner(struct __sk_buff *ctx, int at)
{
	long one = 0;

	bpf_skb_load_bytes(ctx, at, &one, sizeof(one));
	return one;
}

static __always_inline int second(struct __sk_buff *ctx)
{
	long pair[2] = {};

	bpf_skb_load_bytes(ctx, 8, pair, sizeof(pair));
	return inner(ctx, pair[0]) + pair[1];
}

#ifndef UNIT
SEC("socket")
int other(struct __sk_buff *ctx)
{
	return inner(ctx, 4) + second(ctx);
}
#endif

SEC("socket")
int f(struct __sk_buff *ctx)
{
	return first(ctx) ^ second(ctx);
}

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 explained: functions left out change inlining: other
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 identical
 *
 * OTHER: f 1 differs
 * OTHER: f 2 differs
 */
