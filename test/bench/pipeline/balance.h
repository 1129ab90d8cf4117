/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * balance.h - a server for each flow: address and MAC are rewritten
 */
#include "stage.h"

#define SERVERS 64

struct server {
	__be32 address;
	__u8 mac[ETH_ALEN];
	__u16 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SERVERS);
	__type(key, __u32);
	__type(value, struct server);
} servers SEC(".maps");

static __always_inline int balance(struct headers *found)
{
	struct iphdr *ip = found->ip;
	__u32 hash = ip->saddr ^ ((__u32)found->source << 16 | found->dest) ^ ip->protocol, key;
	struct ethhdr *eth = found->data;
	struct server *server;

	hash ^= hash >> 16;
	hash *= 0x85ebca6b;
	hash ^= hash >> 13;
	key = hash % SERVERS;
	server = bpf_map_lookup_elem(&servers, &key);
	if (!server || !server->address)
		return XDP_PASS;
	ip->check = replaced(ip->check, ip->daddr, server->address);
	ip->daddr = server->address;
	__builtin_memcpy(eth->h_dest, server->mac, ETH_ALEN);
	return XDP_PASS;
}
