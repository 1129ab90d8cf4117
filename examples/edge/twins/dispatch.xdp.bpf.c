/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * dispatch.xdp.bpf.c - a program for each protocol, reached by tail call
 */
#include "twin.h"

SEC("xdp")
int twin_icmp(struct xdp_md *ctx)
{
	__be16 fragment = 0;

	bpf_xdp_load_bytes(ctx, ETH_HLEN + offsetof(struct iphdr, frag_off), &fragment,
			   sizeof(fragment));
	/* no honest ping is a fragment */
	if (fragment & bpf_htons(0x3fff))
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int twin_tcp(struct xdp_md *ctx)
{
	struct tcphdr tcp;

	if (bpf_xdp_load_bytes(ctx, sizeof(struct twin_frame), &tcp, sizeof(tcp)))
		return XDP_DROP;
	if (tcp.syn && tcp.fin)
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int twin_udp(struct xdp_md *ctx)
{
	struct udphdr udp;

	if (bpf_xdp_load_bytes(ctx, sizeof(struct twin_frame), &udp, sizeof(udp)))
		return XDP_DROP;
	if (!udp.source || !udp.dest)
		return XDP_DROP;
	return XDP_PASS;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, IPPROTO_UDP + 1);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct xdp_md *));
} programs SEC(".maps") = {
	.values = {
		[IPPROTO_ICMP] = &twin_icmp,
		[IPPROTO_TCP] = &twin_tcp,
		[IPPROTO_UDP] = &twin_udp,
	},
};

__u64 others;

SEC("xdp")
int twin_dispatch(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);

	if (!ip)
		return XDP_PASS;
	if (ip->ihl != 5)
		return XDP_DROP;
	bpf_tail_call(ctx, &programs, ip->protocol);
	__sync_fetch_and_add(&others, 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
