/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * encap.xdp.bpf.c - wraps IPv4 in IPv4 (RFC 2003): room in front of the frame, then both headers
 */
#include "twin.h"

#define ENCAP_TTL 64

SEC("xdp")
int twin_encap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct iphdr outer = {};
	struct twin_frame head;
	__u32 length;
	long error;

	if (!ip)
		return XDP_PASS;
	length = bpf_ntohs(ip->tot_len) + sizeof(outer);
	if (length > 0xffff)
		return XDP_DROP;
	outer.version = 4;
	outer.ihl = 5;
	outer.tos = ip->tos;
	outer.tot_len = bpf_htons(length);
	outer.ttl = ENCAP_TTL;
	outer.protocol = IPPROTO_IPIP;
	outer.saddr = bpf_htonl(TWIN_LOCAL);
	outer.daddr = bpf_htonl(TWIN_REMOTE);
	outer.check = edge_csum_ipv4(&outer);
	head.eth = *(struct ethhdr *)data;
	head.ip = outer;

	error = bpf_xdp_adjust_head(ctx, -(int)sizeof(outer));
	error |= bpf_xdp_store_bytes(ctx, 0, &head, sizeof(head));
	return twin_xdp_pass(error);
}

char _license[] SEC("license") = "GPL";
