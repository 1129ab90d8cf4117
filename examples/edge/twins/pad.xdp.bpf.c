/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * pad.xdp.bpf.c - pads short frames to Ethernet's minimum, with zeroes as IEEE 802.3 asks for
 */
#include "twin.h"

SEC("xdp")
int twin_pad(struct xdp_md *ctx)
{
	int length = ctx->data_end - ctx->data;
	long error;

	if (length >= ETH_ZLEN)
		return XDP_PASS;
	error = bpf_xdp_adjust_tail(ctx, ETH_ZLEN - length);
	return twin_xdp_pass(error);
}

char _license[] SEC("license") = "GPL";
