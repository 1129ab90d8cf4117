/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * spread.xdp.bpf.c - spreads IPv4 over the interfaces of a device map by the addresses
 */
#include "twin.h"

#define SPREAD_PORTS 4

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, SPREAD_PORTS);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

SEC("xdp")
int twin_spread(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	__u32 slot;

	if (!ip)
		return XDP_PASS;
	slot = bpf_ntohl(ip->saddr ^ ip->daddr) % SPREAD_PORTS;
	return bpf_redirect_map(&ports, slot, XDP_PASS);
}

char _license[] SEC("license") = "GPL";
