/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * untag.xdp.bpf.c - takes the tag of one VLAN off; frames of others are not for us
 */
#include "twin.h"

#define UNTAG_VLAN 100

struct tagged {
	__u8 macs[2 * ETH_ALEN];
	__be16 h_proto;
	__be16 tci;
	__be16 inner;
} __attribute__((packed));

SEC("xdp")
int twin_untag(struct xdp_md *ctx)
{
	struct tagged *frame = (void *)(long)ctx->data;
	__u8 macs[2 * ETH_ALEN];
	long error;

	if ((void *)(frame + 1) > (void *)(long)ctx->data_end ||
	    frame->h_proto != bpf_htons(ETH_P_8021Q))
		return XDP_PASS;
	if ((frame->tci & bpf_htons(0xfff)) != bpf_htons(UNTAG_VLAN))
		return XDP_DROP;
	if (frame->inner == bpf_htons(ETH_P_8021Q) || frame->inner == bpf_htons(ETH_P_8021AD))
		return XDP_DROP;
	__builtin_memcpy(macs, frame->macs, sizeof(macs));
	error = bpf_xdp_adjust_head(ctx, 4);
	error |= bpf_xdp_store_bytes(ctx, 0, macs, sizeof(macs));
	return twin_xdp_pass(error);
}

char _license[] SEC("license") = "GPL";
