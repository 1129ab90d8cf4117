/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * unpad.xdp.bpf.c - cuts off what Ethernet padded an IPv4 packet with
 */
#include "twin.h"

SEC("xdp")
int twin_unpad(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	__u32 size = ctx->data_end - ctx->data;
	__u32 length;
	long error;

	if (!ip)
		return XDP_PASS;
	length = bpf_ntohs(ip->tot_len);
	if (length < sizeof(struct iphdr))
		return XDP_DROP;
	length += ETH_HLEN;
	if (length >= size)
		return XDP_PASS;
	error = bpf_xdp_adjust_tail(ctx, (int)(length - size));
	return twin_xdp_pass(error);
}

char _license[] SEC("license") = "GPL";
