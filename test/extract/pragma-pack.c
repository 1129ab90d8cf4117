/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-pack - records keep the packing they were written under
 *
 * RUN: %unit packed %s -- %bpfcc | %FileCheck %s
 * RUN: %unit loose %s -- %bpfcc | %FileCheck %s --check-prefix=LOOSE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct plain {
	char kind;
	int length;
};

#pragma pack(push, 1)
struct wire {
	char kind;
	int length;
};
#pragma pack(pop)

#pragma pack(2)
struct half {
	char kind;
	int length;
};
#pragma pack()

struct tail {
	char kind;
	int length;
};

SEC("xdp")
int packed(struct xdp_md *ctx)
{
	struct wire *wire = (void *)(long)ctx->data;
	struct half *half = (void *)wire;
	struct tail *tail = (void *)wire;

	if ((void *)(tail + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return wire->length + half->length + tail->length;
}

SEC("xdp")
int loose(struct xdp_md *ctx)
{
	struct plain *plain = (void *)(long)ctx->data;

	if ((void *)(plain + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return plain->length;
}

char _license[] SEC("license") = "GPL";

// CHECK-NOT: struct plain
// CHECK: {{^}}#pragma pack(push, 1){{$}}
// CHECK-NOT: struct
// CHECK: struct wire {
// CHECK: };
// CHECK-NOT: struct
// CHECK: {{^}}#pragma pack(pop){{$}}
// CHECK-NOT: struct
// CHECK: {{^}}#pragma pack(2){{$}}
// CHECK: struct half {
// CHECK: {{^}}#pragma pack(){{$}}
// CHECK: struct tail {
// CHECK: int packed(struct xdp_md *ctx)
// CHECK-NOT: loose
//
// LOOSE-NOT: #pragma
// LOOSE: struct plain {
// LOOSE-NOT: #pragma
