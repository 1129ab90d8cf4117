/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * snat.xdp.bpf.c - hides inner source addresses behind public ones, for TCP and ICMP
 */
#include "twin.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __be32);
} publics SEC(".maps");

/* As the kernel's helpers count, to the bit: in 32-bit words, so that 0 and 0xffff stay apart. */
static __always_inline __u16 replace(__u16 check, __be32 old, __be32 new)
{
	return edge_csum_fold((__u64)(__u32) ~(__u32)check + (__u32)~old + new);
}

SEC("xdp")
int twin_snat(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct tcphdr));
	struct tcphdr *tcp = (void *)(ip + 1);
	__be32 old, *new;

	if (!ip)
		return XDP_PASS;
	if (ip->ihl != 5)
		return XDP_DROP;
	old = ip->saddr;
	new = bpf_map_lookup_elem(&publics, &old);
	if (!new)
		return XDP_PASS;
	ip->check = replace(ip->check, old, *new);
	ip->saddr = *new;
	if (ip->protocol == IPPROTO_TCP)
		tcp->check = replace(tcp->check, old, *new);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
