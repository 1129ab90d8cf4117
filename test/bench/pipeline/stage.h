/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * stage.h - what the benchmark's eight stages share: one way to find the headers of a packet
 *
 * Each stage is a program of its own, as its author would write it: it parses, and says its own
 * verdict. monolith.bpf.c is what one would write by hand who had all eight to write.
 */
#ifndef STAGE_H
#define STAGE_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct tag {
	__be16 tci, proto;
};

struct headers {
	void *data, *end;
	struct iphdr *ip;
	__be16 source, dest; /* of TCP and UDP, else 0 */
};

/* IPv4 behind up to two tags, with its options; false for all else. */
static __always_inline int find_headers(struct xdp_md *ctx, struct headers *found)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end, *next;
	struct ethhdr *eth = data;
	struct iphdr *ip;
	__be16 proto, *ports;

	if ((void *)(eth + 1) > end)
		return 0;
	proto = eth->h_proto;
	next = eth + 1;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct tag *tag = next;

		if (proto != bpf_htons(ETH_P_8021Q) && proto != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > end)
			return 0;
		proto = tag->proto;
		next = tag + 1;
	}
	ip = next;
	if (proto != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > end || ip->ihl < 5)
		return 0;
	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 2) > end)
		return 0;
	found->data = data;
	found->end = end;
	found->ip = ip;
	found->source = found->dest = 0;
	if (ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP) {
		found->source = ports[0];
		found->dest = ports[1];
	}
	return 1;
}

/* What a checksum becomes when a word under it changes (RFC 1624). */
static __always_inline __u16 replaced(__u16 check, __u32 old, __u32 new)
{
	__u32 sum = (__u16)~check;

	sum += (__u16) ~(old & 0xffff) + (__u16) ~(old >> 16) + (new & 0xffff) + (new >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

#endif
