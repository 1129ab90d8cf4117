/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * string - nameless data is compared by content
 *
 * RUN: %prove f %s %s %bpfcc -DTEXT='"one"' --unit %bpfcc -DTEXT='"two"' | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket")
int f(void *ctx)
{
	return bpf_trace_printk(TEXT, sizeof(TEXT));
}

/* CHECK: f 1 differs: 'f': string: "one" in the original, "two" in the unit
 * CHECK: f 2 differs: 'f': instruction 0 refers to string "one" in the original, to string "two" in the unit
 * CHECK: f 3 identical
 * CHECK-NEXT: f 4 identical
 */
