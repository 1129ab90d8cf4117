/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-macro - pragmas that macros make with _Pragma, before and behind what they act on
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %unit plain %s -- %bpfcc | %FileCheck %s --check-prefix=PLAIN
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CORE_BEGIN _Pragma("clang attribute push(__attribute__((preserve_access_index)), apply_to = record)")
#define CORE_END _Pragma("clang attribute pop")
#define PACKED_BEGIN _Pragma("pack(push, 1)")
#define PACKED_END _Pragma("pack(pop)")

CORE_BEGIN
struct kernel_thing {
	int first, second;
};
CORE_END

PACKED_BEGIN
struct wire {
	char kind;
	int length;
};
PACKED_END

struct own {
	char kind;
	int length;
};

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct kernel_thing *thing = (void *)(long)ctx->data;
	struct wire *wire = (void *)thing;

	return thing->second + wire->length;
}

SEC("xdp")
int plain(struct xdp_md *ctx)
{
	return ((struct own *)(long)ctx->data)->length;
}

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}CORE_BEGIN{{$}}
// CHECK: struct kernel_thing {
// CHECK: {{^}}CORE_END{{$}}
// CHECK: {{^}}PACKED_BEGIN{{$}}
// CHECK: struct wire {
// CHECK: {{^}}PACKED_END{{$}}
// CHECK-NOT: struct own
//
// PLAIN: struct own {
