/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * echo.xdp.bpf.c - answers UDP's echo service (RFC 862) by turning the packet round
 *
 * Swapping addresses and ports does not change a checksum. Low source ports are not answered: two
 * echo services would talk to each other for ever.
 */
#include "twin.h"

#define ECHO_PORT 7

SEC("xdp")
int twin_echo(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct udphdr));
	struct ethhdr *eth = data;
	struct udphdr *udp = (void *)(ip + 1);
	__u8 mac[ETH_ALEN];
	__be32 address;
	__be16 port;

	if (!ip || ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
		return XDP_PASS;
	if (udp->dest != bpf_htons(ECHO_PORT))
		return XDP_PASS;
	if (bpf_ntohs(udp->source) < 1024)
		return XDP_DROP;

	__builtin_memcpy(mac, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac, ETH_ALEN);
	address = ip->daddr;
	ip->daddr = ip->saddr;
	ip->saddr = address;
	port = udp->dest;
	udp->dest = udp->source;
	udp->source = port;
	return XDP_TX;
}

char _license[] SEC("license") = "GPL";
