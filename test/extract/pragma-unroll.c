/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-unroll - pragmas and _Pragma inside of a body are its text
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ROUNDS 4
#define UNROLL _Pragma("clang loop unroll_count(ROUNDS)")

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	volatile int sum = 0;

#pragma unroll
	for (int i = 0; i < ROUNDS; i++)
		sum += i;
	UNROLL
	for (int i = 0; i < ctx->data; i++)
		sum += i;
#pragma clang loop unroll(disable)
	for (int i = 0; i < ROUNDS; i++)
		sum += i;
	return sum;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define ROUNDS 4
// CHECK: #define UNROLL _Pragma("clang loop unroll_count(ROUNDS)")
// CHECK: {{^}}#pragma unroll{{$}}
// CHECK-NEXT: for (int i = 0; i < ROUNDS; i++)
// CHECK: UNROLL
// CHECK-NEXT: for (
// CHECK: {{^}}#pragma clang loop unroll(disable){{$}}
