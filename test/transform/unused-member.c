/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * unused-member - functions that no program uses, and that get the context out of a structure: they
 * go along, or are left out, since the structure changes under them
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#pragma clang diagnostic ignored "-Wunused-function"

struct packet {
	struct xdp_md *ctx;
	__u32 seen;
};

static inline int device(struct packet *packet)
{
	return packet->ctx->ingress_ifindex;
}

/* tc cannot make room for metadata. */
static inline int room(struct packet *packet)
{
	return bpf_xdp_adjust_meta(packet->ctx, -4);
}

static long step(__u32 index, void *data)
{
	struct packet *packet = data;

	packet->seen += packet->ctx->rx_queue_index + index;
	return 0;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct packet packet = { ctx, 1 };

	return packet.ctx->data_end - packet.ctx->data > 100 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: struct packet {
// CHECK-NEXT: struct __sk_buff *ctx;
// CHECK: return packet->ctx->ifindex;
// CHECK: #if 0 /* no program uses it, and it cannot be rewritten */
// CHECK-NEXT: static inline int room(struct packet *packet)
// CHECK: #endif
// CHECK: packet->seen += opn_xdp_rx_queue(packet->ctx) + index;
