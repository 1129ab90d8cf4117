/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * global-tentative - globals declared extern, tentatively, and defined behind their use
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int limit;
static int twice;
extern const int table[];

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return ctx->data < limit + twice + table[1];
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	return --limit;
}

int limit = 10;
static int twice = 2;
const int table[] = { 1, 2, 3 };

char _license[] SEC("license") = "GPL";

// CHECK: extern int limit;
// CHECK: static int twice;
// CHECK: extern const int table[];
// CHECK: int prog(
// CHECK-NOT: other
// CHECK: {{^}}int limit = 10;{{$}}
// CHECK: {{^}}static int twice = 2;{{$}}
// CHECK: {{^}}const int table[] = { 1, 2, 3 };{{$}}
