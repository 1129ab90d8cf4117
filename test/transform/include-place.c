/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-place - the shim is included before the pragmas that lay out or mark what is declared, and the
 * project's own warnings do not look into it
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc -Wconversion -Wcast-qual -Wsign-compare -Wshadow | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#pragma pack(2)
#pragma pack(push, 1)
struct packed {
	__u8 one;
	__u32 two;
};
#pragma pack(pop)

#pragma pack()

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#pragma pack(push, 1)
struct cursor {
	struct xdp_md *unused;
	__u8 first;
};
#pragma pack(pop)
#pragma clang attribute pop

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u64 least = 50 + sizeof(struct packed) + sizeof(struct cursor);

	return (void *)(long)ctx->data + least > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #pragma pack()
// CHECK-EMPTY:
// CHECK-NEXT: #include "xdp-to-tc.h"
// CHECK-EMPTY:
// CHECK-NEXT: #pragma clang attribute push
