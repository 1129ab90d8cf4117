/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * ping.xdp.bpf.c - answers ICMP echo requests
 */
#include "twin.h"

#define PING_REQUEST 8
#define PING_REPLY   0

/* the fixed part of ICMP; linux/icmp.h leads to libc's headers */
struct ping {
	__u8 type;
	__u8 code;
	__be16 checksum;
};

SEC("xdp")
int twin_ping(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct ping));
	struct ping *icmp = (void *)(ip + 1);
	struct ethhdr *eth = data, old_eth;
	__be32 address;
	__u16 old;

	if (!ip)
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_ICMP)
		return XDP_PASS;
	if (icmp->type != PING_REQUEST || icmp->code)
		return XDP_PASS;

	old_eth = *eth;
	__builtin_memcpy(eth->h_dest, old_eth.h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, old_eth.h_dest, ETH_ALEN);
	address = ip->daddr;
	ip->daddr = ip->saddr;
	ip->saddr = address;
	old = *(__u16 *)&icmp->type;
	icmp->type = PING_REPLY;
	icmp->checksum = edge_csum_replace(icmp->checksum, old, *(__u16 *)&icmp->type);
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
