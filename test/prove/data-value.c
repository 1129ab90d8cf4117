/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * data-value - what user space finds in the variables before it sets them
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DVALUE=2 | %FileCheck %s
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DCONST= | %FileCheck %s --check-prefix=CONST
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef VALUE
#define VALUE 1
#endif
#ifndef CONST
#define CONST const
#endif

volatile CONST int limit = VALUE;

SEC("socket")
int f(struct __sk_buff *ctx)
{
	return ctx->len > limit;
}

/* CHECK: f 1 differs: 'limit': value: 1 in the original, 2 in the unit
 * CHECK: f 2 identical
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 differs: variable 'limit' is 01000000 in the original, 02000000 in the unit
 *
 * CONST: f 1 differs: 'limit': variable: constant in the original only
 * CONST: f 4 differs: variable 'limit' is in section '.rodata' in the original, in '.data' in the unit
 */
