/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * fields - fields that are the same, one of another name, one that is a function; behind a pointer,
 * in macros, in conditions that are not evaluated
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define DATA(ctx) ((void *)(long)(ctx)->data)
#define FIELD(ctx, name) (ctx)->name
#define DEVICE(c) (c->ingress_ifindex)

struct place {
	struct xdp_md *ctx;
	__u32 ingress_ifindex;
};

static __always_inline int device(struct place *place)
{
	return place->ctx->ingress_ifindex + place->ingress_ifindex;
}

SEC("xdp")
int fields(struct xdp_md *ctx)
{
	struct place place = { ctx, .ingress_ifindex = 1 };
	struct xdp_md **indirect = &place.ctx;
	__u32 bytes = FIELD(ctx, data_end) - FIELD(ctx, data);

	if ((void *)(long)ctx->data_meta + 4 <= DATA(ctx))
		return XDP_ABORTED;
	if (DATA(ctx) + 40 > (void *)(long)(*ctx).data_end)
		return XDP_DROP;
	if ((*indirect)->ingress_ifindex == 77 || DEVICE(ctx) == 78 || device(&place) == 79)
		return XDP_TX;
	if (FIELD(ctx, ingress_ifindex) == 80)
		return XDP_ABORTED;
	return bytes + 0 * sizeof(ctx->ingress_ifindex) > 200 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define DATA(ctx) ((void *)(long)(ctx)->data)
// CHECK-NEXT: #define FIELD(ctx, name) (ctx)->name
// CHECK: #define DEVICE(c) (c->ifindex)
// CHECK: __u32 ingress_ifindex;
// CHECK: return place->ctx->ifindex + place->ingress_ifindex;
// CHECK: struct place place = { ctx, .ingress_ifindex = 1 };
// CHECK: __u32 bytes = FIELD(ctx, data_end) - FIELD(ctx, data);
// CHECK: if ((void *)(long)ctx->data_meta + 4 <= DATA(ctx))
// CHECK: if ((*indirect)->ifindex == 77 || DEVICE(ctx) == 78
// CHECK: if (FIELD(ctx, ifindex) == 80)
// CHECK: sizeof(ctx->ifindex)
