/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xmacro-list - one list makes enumerators, a table and functions
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %unit is_low %s -- %bpfcc | %FileCheck %s --check-prefix=LOW
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define LEVELS(X) \
	X(LOW, low, 10) \
	X(HIGH, high, 20)

enum level {
#define X(upper, lower, value) LEVEL_##upper,
	LEVELS(X)
#undef X
	LEVEL_COUNT,
};

static const int limits[] = {
#define X(upper, lower, value) [LEVEL_##upper] = value,
	LEVELS(X)
#undef X
};

#define X(upper, lower, value)          \
	int is_##lower(int v)           \
	{                               \
		return v == value;      \
	}
LEVELS(X)
#undef X

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	enum level level = ctx->rx_queue_index % LEVEL_COUNT;

	return limits[level] == ctx->data ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define LEVELS(X) \
// CHECK: enum level {
// CHECK-NEXT: #define X(upper, lower, value) LEVEL_##upper,
// CHECK-NEXT: LEVELS(X)
// CHECK-NEXT: #undef X
// CHECK-NEXT: LEVEL_COUNT,
// CHECK: static const int limits[] = {
// CHECK-NEXT: #define X(upper, lower, value) [LEVEL_##upper] = value,
// CHECK-NOT: is_##lower
// CHECK: int prog(
//
// LOW-NOT: enum level
// LOW: #define LEVELS(X) \
// LOW-NOT: limits
// LOW: #define X(upper, lower, value)
// LOW: int is_##lower(int v)
// LOW: {{^}}LEVELS(X){{$}}
// LOW-NOT: prog
