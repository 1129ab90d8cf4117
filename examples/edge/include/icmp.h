/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * icmp.h - the ICMP that a load balancer cannot leave to others
 *
 * Echo requests for a VIP are answered here: no real has to. Errors about a connection must reach
 * the real that has the connection, or path MTU discovery fails for everybody behind a tunnel.
 * Packets that the tunnel has no room for are answered with the MTU that it has.
 */
#ifndef EDGE_ICMP_H
#define EDGE_ICMP_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "csum.h"
#include "parse.h"

enum edge_icmp_type {
	EDGE_ICMP_ECHO_REPLY = 0,
	EDGE_ICMP_UNREACHABLE = 3,
	EDGE_ICMP_ECHO = 8,
	EDGE_ICMP_TIME_EXCEEDED = 11,
	EDGE_ICMP_PARAMETER = 12,
	EDGE_ICMP6_UNREACHABLE = 1,
	EDGE_ICMP6_TOO_BIG = 2,
	EDGE_ICMP6_PARAMETER = 4,
	EDGE_ICMP6_ECHO = 128,
	EDGE_ICMP6_ECHO_REPLY = 129,
};

#define EDGE_ICMP_FRAG_NEEDED 4 /* a code of EDGE_ICMP_UNREACHABLE */

/* How much of the packet an error quotes. IPv4: RFC 792's header and eight bytes. IPv6: RFC 4443
 * wants all that fits; the rest of a large packet helps nobody. bpf_csum_diff() wants words. */
#define EDGE_ICMP_QUOTE	 (sizeof(struct iphdr) + 8)
#define EDGE_ICMP6_QUOTE 240

/* linux/icmp.h needs the C library's headers; this is the same for both versions of IP. */
struct edge_icmp {
	__u8 type;
	__u8 code;
	__u16 check;
	__be32 rest; /* identifier and sequence number, or the MTU */
};

/* Either protocol number means ICMP in its own version of IP only. */
static __always_inline bool edge_is_icmp(const struct edge_flow *flow)
{
	return flow->protocol == (flow->family == EDGE_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static __always_inline bool edge_icmp_is_error(__u8 family, __u8 type)
{
	if (family == EDGE_IPV4)
		return type == EDGE_ICMP_UNREACHABLE || type == EDGE_ICMP_TIME_EXCEEDED ||
		       type == EDGE_ICMP_PARAMETER;
	return type >= EDGE_ICMP6_UNREACHABLE && type <= EDGE_ICMP6_PARAMETER;
}

/*
 * Looks into an ICMP message. An echo request gets a flag. An error quotes a packet that a real
 * has sent; its flow turned round is the one that the connection table and the ring know.
 */
static __always_inline bool edge_parse_icmp(struct edge_cursor *cursor, struct edge_packet *packet)
{
	struct edge_icmp *icmp = edge_pull(cursor, sizeof(*icmp));
	bool v4 = packet->flow.family == EDGE_IPV4;
	struct edge_flow *flow = &packet->flow;
	struct ipv6hdr *quoted6;
	struct iphdr *quoted;
	__be16 *ports;

	if (!icmp)
		return false;
	packet->flags |= EDGE_FLAG_NO_PORTS;
	if (icmp->type == (v4 ? EDGE_ICMP_ECHO : EDGE_ICMP6_ECHO)) {
		packet->flags |= EDGE_FLAG_ECHO;
		return true;
	}
	if (!edge_icmp_is_error(flow->family, icmp->type))
		return true;

	if (v4) {
		quoted = edge_pull(cursor, sizeof(*quoted));
		if (!quoted || quoted->ihl != 5)
			return false;
		flow->protocol = quoted->protocol;
		flow->src.v4 = quoted->daddr;
		flow->dst.v4 = quoted->saddr;
	} else {
		quoted6 = edge_pull(cursor, sizeof(*quoted6));
		if (!quoted6)
			return false;
		flow->protocol = quoted6->nexthdr;
		__builtin_memcpy(flow->src.v6, &quoted6->daddr, sizeof(flow->src.v6));
		__builtin_memcpy(flow->dst.v6, &quoted6->saddr, sizeof(flow->dst.v6));
	}
	packet->flags |= EDGE_FLAG_QUOTED;
	if (flow->protocol != IPPROTO_TCP && flow->protocol != IPPROTO_UDP)
		return true;
	/* both begin with the ports, and more than eight bytes need not be there */
	ports = edge_pull(cursor, 8);
	if (!ports)
		return false;
	flow->sport = ports[1];
	flow->dport = ports[0];
	return true;
}

static __always_inline void edge_swap_mac(struct ethhdr *eth)
{
	__u8 mac[ETH_ALEN];

	__builtin_memcpy(mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
}

/* Turns an echo request into its reply. The frame has neither tags nor IP options. */
static __noinline int edge_echo_reply(struct xdp_md *ctx, bool v4)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct edge_icmp *icmp;
	__u16 old;

	if (v4) {
		struct iphdr *ip = (void *)(eth + 1);
		__be32 address;

		icmp = (void *)(ip + 1);
		if ((void *)(icmp + 1) > end)
			return XDP_DROP;
		address = ip->saddr;
		ip->saddr = ip->daddr;
		ip->daddr = address;
		ip->ttl = EDGE_TTL;
		ip->check = 0;
		ip->check = edge_csum_ipv4(ip);
	} else {
		struct ipv6hdr *ip6 = (void *)(eth + 1);
		struct in6_addr address;

		icmp = (void *)(ip6 + 1);
		if ((void *)(icmp + 1) > end)
			return XDP_DROP;
		address = ip6->saddr;
		ip6->saddr = ip6->daddr;
		ip6->daddr = address;
		ip6->hop_limit = EDGE_TTL;
	}
	edge_swap_mac(eth);
	old = *(__u16 *)icmp;
	icmp->type = v4 ? EDGE_ICMP_ECHO_REPLY : EDGE_ICMP6_ECHO_REPLY;
	icmp->check = edge_csum_replace(icmp->check, old, *(__u16 *)icmp);
	return XDP_TX;
}

/* Cuts the frame behind the first keep bytes and puts room bytes in front of it. */
static __always_inline bool edge_reshape(struct xdp_md *ctx, const int keep, const int room)
{
	int length = ctx->data_end - ctx->data;

	if (length < keep || bpf_xdp_adjust_tail(ctx, keep - length))
		return false;
	return !bpf_xdp_adjust_head(ctx, -room);
}

/* Answers an IPv4 packet with "fragmentation needed", from the address that it was sent to. */
static __noinline int edge_too_big4(struct xdp_md *ctx, __u32 mtu)
{
	const int room = sizeof(struct iphdr) + sizeof(struct edge_icmp);
	struct iphdr *ip, *quoted;
	struct ethhdr *eth, *old;
	struct edge_icmp *icmp;
	void *data, *end;

	if (!edge_reshape(ctx, ETH_HLEN + EDGE_ICMP_QUOTE, room))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + room + ETH_HLEN + EDGE_ICMP_QUOTE > end)
		return XDP_DROP;

	eth = data;
	old = data + room;
	__builtin_memcpy(eth, old, ETH_HLEN);
	edge_swap_mac(eth);
	ip = (void *)(eth + 1);
	icmp = (void *)(ip + 1);
	quoted = (void *)(icmp + 1);

	__builtin_memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tot_len = bpf_htons(room + EDGE_ICMP_QUOTE);
	ip->ttl = EDGE_TTL;
	ip->protocol = IPPROTO_ICMP;
	ip->saddr = quoted->daddr;
	ip->daddr = quoted->saddr;
	ip->check = edge_csum_ipv4(ip);

	icmp->type = EDGE_ICMP_UNREACHABLE;
	icmp->code = EDGE_ICMP_FRAG_NEEDED;
	icmp->check = 0;
	icmp->rest = bpf_htonl(mtu & 0xffff);
	icmp->check = edge_csum_fold(
		bpf_csum_diff(NULL, 0, (__be32 *)icmp, sizeof(*icmp) + EDGE_ICMP_QUOTE, 0));
	return XDP_TX;
}

/* The same for IPv6, "packet too big"; the checksum is also over a pseudo header. */
static __noinline int edge_too_big6(struct xdp_md *ctx, __u32 mtu)
{
	const int room = sizeof(struct ipv6hdr) + sizeof(struct edge_icmp);
	const int length = sizeof(struct edge_icmp) + EDGE_ICMP6_QUOTE;
	struct ipv6hdr *ip6, *quoted;
	struct ethhdr *eth, *old;
	struct edge_icmp *icmp;
	void *data, *end;
	__s64 sum;

	if (!edge_reshape(ctx, ETH_HLEN + EDGE_ICMP6_QUOTE, room))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + room + ETH_HLEN + EDGE_ICMP6_QUOTE > end)
		return XDP_DROP;

	eth = data;
	old = data + room;
	__builtin_memcpy(eth, old, ETH_HLEN);
	edge_swap_mac(eth);
	ip6 = (void *)(eth + 1);
	icmp = (void *)(ip6 + 1);
	quoted = (void *)(icmp + 1);

	__builtin_memset(ip6, 0, sizeof(*ip6));
	ip6->version = 6;
	ip6->payload_len = bpf_htons(length);
	ip6->nexthdr = IPPROTO_ICMPV6;
	ip6->hop_limit = EDGE_TTL;
	ip6->saddr = quoted->daddr;
	ip6->daddr = quoted->saddr;

	icmp->type = EDGE_ICMP6_TOO_BIG;
	icmp->code = 0;
	icmp->check = 0;
	icmp->rest = bpf_htonl(mtu);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)icmp, length, 0);
	sum = bpf_csum_diff(NULL, 0, (__be32 *)&ip6->saddr, 2 * sizeof(ip6->saddr), sum);
	icmp->check = edge_csum_fold((__u64)sum + bpf_htons(length) + bpf_htons(IPPROTO_ICMPV6));
	return XDP_TX;
}

#endif /* EDGE_ICMP_H */
