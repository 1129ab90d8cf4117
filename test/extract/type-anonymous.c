/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * type-anonymous - enumerators and records that no name leads to
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum {
	SLOTS = 4,
	SLOTS_TWICE = 2 * SLOTS,
};

enum {
	UNUSED = 5,
};

typedef struct {
	union {
		__u32 word;
		struct {
			__u16 low, high;
		};
	};
	__u8 bytes[SLOTS_TWICE];
} entry_t;

static struct {
	entry_t entries[SLOTS];
} state;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return state.entries[ctx->data % SLOTS].high;
}

char _license[] SEC("license") = "GPL";

// CHECK: enum {
// CHECK-NEXT: SLOTS = 4,
// CHECK-NEXT: SLOTS_TWICE = 2 * SLOTS,
// CHECK-NEXT: };
// CHECK-NOT: UNUSED
// CHECK: typedef struct {
// CHECK: } entry_t;
// CHECK: static struct {
// CHECK-NEXT: entry_t entries[SLOTS];
// CHECK-NEXT: } state;
