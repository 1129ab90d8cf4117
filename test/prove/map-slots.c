/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-slots - programs that only a map's slots name
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int next(struct __sk_buff *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(int));
	__array(values, int(struct __sk_buff *));
} programs SEC(".maps") = {
	.values = {
#ifndef UNIT
		[1] = &next,
#endif
	},
};

SEC("tc")
int next(struct __sk_buff *ctx)
{
	return ctx->len;
}

SEC("tc")
int f(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &programs, 1);
	return 0;
}

/* CHECK: f 1 differs: 'programs': variable: another type
 * CHECK: f 2 differs: function 'next' is not called in the unit
 * CHECK: f 3 identical
 * CHECK: f 4 differs: variable 'programs' has 40 bytes in the original, 24 in the unit
 */
