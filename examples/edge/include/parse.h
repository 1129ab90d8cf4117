/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * parse.h - headers from Ethernet to ports, for every hook that has the packet as two pointers
 *
 * A cursor walks forward through the packet; each edge_parse_*() leaves it behind what it parsed.
 * All of them refuse (false) what is malformed or truncated and never guess.
 */
#ifndef EDGE_PARSE_H
#define EDGE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "types.h"

#define EDGE_IP_DF	 0x4000
#define EDGE_IP_FRAGMENT 0x3fff /* more fragments, or not the first */
#define EDGE_IP_OFFSET	 0x1fff
#define EDGE_IP6_OFFSET	 0xfff8
#define EDGE_ECN_MASK	 0x03
#define EDGE_ECN_CE	 0x03

enum edge_packet_flags {
	EDGE_FLAG_FRAGMENT = 1 << 0,
	EDGE_FLAG_NO_PORTS = 1 << 1, /* a later fragment, or a protocol without ports */
	EDGE_FLAG_OPTIONS = 1 << 2,  /* IPv4 options or IPv6 extension headers */
	EDGE_FLAG_DF = 1 << 3,	     /* routers may not fragment it; always set for IPv6 */
	EDGE_FLAG_SYN = 1 << 4,	     /* first packet of a TCP connection */
	EDGE_FLAG_RST = 1 << 5,
	EDGE_FLAG_ECHO = 1 << 6,   /* ICMP echo request */
	EDGE_FLAG_QUOTED = 1 << 7, /* the flow is the one that an ICMP error is about */
};

struct edge_cursor {
	void *pos;
	void *end;
};

struct edge_packet {
	struct edge_flow flow;
	__u16 length; /* of the IP packet, without padding of the frame */
	__u8 tos;
	__u8 flags;
};

struct edge_vlan {
	__be16 tci;
	__be16 h_proto;
};

/* RFC 8200 section 4.5; linux/ipv6.h keeps its own to the kernel */
struct edge_ip6_fragment {
	__u8 nexthdr;
	__u8 reserved;
	__be16 offset;
	__be32 identification;
};

/* Returns the next size bytes and steps over them, or NULL when there are not that many. */
static __always_inline void *edge_pull(struct edge_cursor *cursor, __u32 size)
{
	void *at = cursor->pos;

	if (at + size > cursor->end)
		return NULL;
	cursor->pos = at + size;
	return at;
}

/* How many bytes are left. A scalar on purpose: never add it to a pointer. */
static __always_inline __u32 edge_left(const struct edge_cursor *cursor)
{
	return cursor->end - cursor->pos;
}

/* Stores the ethertype behind at most EDGE_MAX_VLANS tags; *tags says how many there were. */
static __always_inline bool edge_parse_eth(struct edge_cursor *cursor, __be16 *h_proto, int *tags)
{
	struct ethhdr *eth = edge_pull(cursor, sizeof(*eth));
	int i;

	*tags = 0;
	if (!eth)
		return false;
	*h_proto = eth->h_proto;

#pragma unroll
	for (i = 0; i < EDGE_MAX_VLANS; i++) {
		struct edge_vlan *vlan;

		if (*h_proto != bpf_htons(ETH_P_8021Q) && *h_proto != bpf_htons(ETH_P_8021AD))
			break;
		vlan = edge_pull(cursor, sizeof(*vlan));
		if (!vlan)
			return false;
		*h_proto = vlan->h_proto;
		(*tags)++;
	}
	return true;
}

static __always_inline bool edge_parse_ipv4(struct edge_cursor *cursor, struct edge_packet *packet)
{
	__u32 available = edge_left(cursor);
	struct iphdr *ip = edge_pull(cursor, sizeof(*ip));
	__u32 header;

	if (!ip || ip->version != 4 || ip->ihl < 5)
		return false;
	header = ip->ihl * 4;
	packet->length = bpf_ntohs(ip->tot_len);
	if (packet->length < header || packet->length > available)
		return false;

	packet->flow.family = EDGE_IPV4;
	packet->flow.protocol = ip->protocol;
	packet->flow.src.v4 = ip->saddr;
	packet->flow.dst.v4 = ip->daddr;
	packet->tos = ip->tos;
	if (ip->frag_off & bpf_htons(EDGE_IP_DF))
		packet->flags |= EDGE_FLAG_DF;
	if (ip->frag_off & bpf_htons(EDGE_IP_FRAGMENT))
		packet->flags |= EDGE_FLAG_FRAGMENT;
	if (ip->frag_off & bpf_htons(EDGE_IP_OFFSET))
		packet->flags |= EDGE_FLAG_NO_PORTS;
	if (header > sizeof(*ip)) {
		packet->flags |= EDGE_FLAG_OPTIONS;
		return edge_pull(cursor, header - sizeof(*ip));
	}
	return true;
}

/* The traffic class lies across two bytes that linux/ipv6.h names otherwise. */
static __always_inline __u8 edge_ipv6_tos(const struct ipv6hdr *ip6)
{
	return ip6->priority << 4 | ip6->flow_lbl[0] >> 4;
}

/*
 * Steps over extension headers and stores the protocol behind them. More than
 * EDGE_MAX_EXT_HEADERS leave an extension header as the protocol, which nobody has rules for.
 */
static __always_inline bool edge_skip_extensions(struct edge_cursor *cursor,
						 struct edge_packet *packet, __u8 next)
{
	int i;

#pragma unroll
	for (i = 0; i < EDGE_MAX_EXT_HEADERS; i++) {
		if (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS) {
			struct ipv6_opt_hdr *option = edge_pull(cursor, sizeof(*option));

			if (!option)
				return false;
			next = option->nexthdr;
			if (!edge_pull(cursor, option->hdrlen * 8 + 8 - sizeof(*option)))
				return false;
		} else if (next == IPPROTO_FRAGMENT) {
			struct edge_ip6_fragment *fragment = edge_pull(cursor, sizeof(*fragment));

			if (!fragment)
				return false;
			next = fragment->nexthdr;
			packet->flags |= EDGE_FLAG_FRAGMENT;
			if (fragment->offset & bpf_htons(EDGE_IP6_OFFSET)) {
				packet->flags |= EDGE_FLAG_NO_PORTS | EDGE_FLAG_OPTIONS;
				break;
			}
		} else {
			break;
		}
		packet->flags |= EDGE_FLAG_OPTIONS;
	}
	packet->flow.protocol = next;
	return true;
}

static __always_inline bool edge_parse_ipv6(struct edge_cursor *cursor, struct edge_packet *packet)
{
	struct ipv6hdr *ip6 = edge_pull(cursor, sizeof(*ip6));
	__u32 payload;

	if (!ip6 || ip6->version != 6)
		return false;
	payload = bpf_ntohs(ip6->payload_len);
	/* a jumbogram says 0 here; none fits in a frame that a driver gives to a program */
	if (payload > edge_left(cursor) || payload + sizeof(*ip6) > 0xffff)
		return false;

	packet->length = payload + sizeof(*ip6);
	packet->flow.family = EDGE_IPV6;
	__builtin_memcpy(packet->flow.src.v6, &ip6->saddr, sizeof(packet->flow.src.v6));
	__builtin_memcpy(packet->flow.dst.v6, &ip6->daddr, sizeof(packet->flow.dst.v6));
	packet->tos = edge_ipv6_tos(ip6);
	packet->flags |= EDGE_FLAG_DF;
	return edge_skip_extensions(cursor, packet, ip6->nexthdr);
}

/* IPv4 or IPv6, whatever the ethertype says; false for any other. */
static __always_inline bool edge_parse_ip(struct edge_cursor *cursor, __be16 h_proto,
					  struct edge_packet *packet)
{
	if (h_proto == bpf_htons(ETH_P_IP))
		return edge_parse_ipv4(cursor, packet);
	if (h_proto == bpf_htons(ETH_P_IPV6))
		return edge_parse_ipv6(cursor, packet);
	return false;
}

static __always_inline bool edge_is_ip(__be16 h_proto)
{
	return h_proto == bpf_htons(ETH_P_IP) || h_proto == bpf_htons(ETH_P_IPV6);
}

/* Fills in the ports and TCP's flags. A protocol without ports is fine and says so in the flags. */
static __always_inline bool edge_parse_ports(struct edge_cursor *cursor, struct edge_packet *packet)
{
	struct tcphdr *tcp;
	struct udphdr *udp;

	if (packet->flags & EDGE_FLAG_NO_PORTS)
		return true;

	switch (packet->flow.protocol) {
	case IPPROTO_TCP:
		tcp = edge_pull(cursor, sizeof(*tcp));
		if (!tcp)
			return false;
		packet->flow.sport = tcp->source;
		packet->flow.dport = tcp->dest;
		if (tcp->syn && !tcp->ack)
			packet->flags |= EDGE_FLAG_SYN;
		if (tcp->rst)
			packet->flags |= EDGE_FLAG_RST;
		return true;
	case IPPROTO_UDP:
		udp = edge_pull(cursor, sizeof(*udp));
		if (!udp)
			return false;
		packet->flow.sport = udp->source;
		packet->flow.dport = udp->dest;
		return true;
	default:
		packet->flags |= EDGE_FLAG_NO_PORTS;
		return true;
	}
}

/* The address as one IPv6 address, IPv4 as ::ffff:a.b.c.d, for maps that hold both. */
static __always_inline void edge_mapped(const struct edge_address *address, __u8 family,
					__be32 mapped[4])
{
	if (family == EDGE_IPV6) {
		__builtin_memcpy(mapped, address->v6, sizeof(address->v6));
		return;
	}
	mapped[0] = 0;
	mapped[1] = 0;
	mapped[2] = bpf_htonl(0xffff);
	mapped[3] = address->v4;
}

#endif /* EDGE_PARSE_H */
