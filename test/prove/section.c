/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * section - the section says which program type it is
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef UNIT
SEC("tc")
#endif
int f(struct __sk_buff *ctx)
{
	return ctx->len;
}

/* CHECK: f 1 differs: 'f': function: section 'tc' in the original, section '' in the unit
 * CHECK: f 2 identical
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 differs: function 'f' is in section 'tc' in the original, in '.text' in the unit
 */
