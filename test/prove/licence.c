/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * licence - no code refers to the licence, and without it the program does not load
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket")
int f(struct __sk_buff *ctx)
{
	return ctx->len;
}

#ifndef UNIT
char licence[] SEC("license") = "GPL";
#endif

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 identical
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 differs: license is "GPL" in the original, absent in the unit
 */
