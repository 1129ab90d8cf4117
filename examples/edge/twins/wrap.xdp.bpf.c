/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * wrap.xdp.bpf.c - puts a whole frame, whatever it holds, into one of our own for a collector
 */
#include "twin.h"

#define WRAP_PROTO 0x88b5 /* IEEE 802: local experiments */

struct wrap {
	struct ethhdr eth;
	__be16 length; /* of the frame inside */
} __attribute__((packed));

SEC("xdp")
int twin_wrap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct wrap outer = { .eth.h_dest = { 2, 0, 0, 0, 0, 1 } };
	struct ethhdr inner;
	long error;

	error = bpf_xdp_load_bytes(ctx, 0, &inner, sizeof(inner));
	if (inner.h_proto == bpf_htons(WRAP_PROTO))
		return XDP_PASS;
	__builtin_memcpy(outer.eth.h_source, inner.h_dest, ETH_ALEN);
	outer.eth.h_proto = bpf_htons(WRAP_PROTO);
	outer.length = bpf_htons(end - data);
	error |= bpf_xdp_adjust_head(ctx, -(int)sizeof(outer));
	error |= bpf_xdp_store_bytes(ctx, 0, &outer, sizeof(outer));
	return twin_xdp_pass(error);
}

char _license[] SEC("license") = "GPL";
