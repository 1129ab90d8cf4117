/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * static-assert - an assertion stays with what it is about, and drags in nothing
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <stddef.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct wire {
	__u32 a;
	__u32 b;
};
_Static_assert(sizeof(struct wire) == 8, "no padding");

struct unused {
	__u64 a;
};
_Static_assert(sizeof(struct unused) == 8, "of no concern");
_Static_assert(sizeof(struct unused) == sizeof(struct wire), "half of it is of no concern");
_Static_assert(offsetof(struct wire, b) == 4, "at four");

#define LIMIT 16
_Static_assert(LIMIT % 2 == 0, "even");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct wire *wire = (void *)(long)ctx->data;

	return wire->b < LIMIT;
}

char _license[] SEC("license") = "GPL";

// CHECK: struct wire {
// CHECK: _Static_assert(sizeof(struct wire) == 8, "no padding");
// CHECK-NOT: unused
// CHECK: #define LIMIT 16
// CHECK: _Static_assert(LIMIT % 2 == 0, "even");
