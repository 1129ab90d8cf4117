/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * nat.tc.bpf.c - brings TCP for a service to its server: destination address and port
 */
#include "twin.h"

struct service {
	__be32 address;
	__be16 port;
	__u16 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct service);
	__type(value, struct service);
} services SEC(".maps");

/* Changes a 32-bit word under both checksums, each in two halves. */
static __always_inline void replace_address(struct iphdr *ip, struct tcphdr *tcp, __be32 new)
{
	__be32 old = ip->daddr;
	__u16 check = ip->check;

	check = edge_csum_replace(check, old, new);
	ip->check = edge_csum_replace(check, old >> 16, new >> 16);
	check = tcp->check;
	check = edge_csum_replace(check, old, new);
	tcp->check = edge_csum_replace(check, old >> 16, new >> 16);
	ip->daddr = new;
}

SEC("tc")
int twin_nat(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct tcphdr));
	struct tcphdr *tcp = (void *)(ip + 1);
	struct service key = {}, *server;

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_TCP)
		return TC_ACT_UNSPEC;
	if (ip->frag_off & bpf_htons(TWIN_IP_OFFSET))
		return TC_ACT_SHOT;
	key.address = ip->daddr;
	key.port = tcp->dest;
	server = bpf_map_lookup_elem(&services, &key);
	if (!server)
		return TC_ACT_UNSPEC;
	replace_address(ip, tcp, server->address);
	tcp->check = edge_csum_replace(tcp->check, tcp->dest, server->port);
	tcp->dest = server->port;
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
