/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * encap.h - outer headers: IP in IP (RFC 2003, RFC 2473) and GUE
 *
 * bpf_xdp_adjust_head() makes every packet pointer invalid, so each step here takes the context and
 * looks at the packet anew. The outer addresses may be of the other family than the inner ones.
 */
#ifndef EDGE_ENCAP_H
#define EDGE_ENCAP_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "csum.h"
#ifdef EDGE_WITH_GUE
#include "gue.h"
#endif
#include "types.h"

struct edge_tunnel {
	struct edge_address local;
	struct edge_address remote;
	__u32 hash; /* of the inner flow */
	__u16 inner_length;
	__u8 inner_protocol; /* IPPROTO_IPIP or IPPROTO_IPV6 */
	__u8 inner_tos;
};

/*
 * Makes room for size bytes behind the Ethernet header, which then leads to gateway.
 * Returns where that room begins, or NULL when the driver has no headroom.
 */
static __always_inline void *edge_push(struct xdp_md *ctx, const int size, __be16 h_proto,
				       const __u8 *gateway)
{
	struct ethhdr *eth, *old;
	void *data, *end;

	if (bpf_xdp_adjust_head(ctx, -size))
		return NULL;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	eth = data;
	old = data + size;
	if ((void *)(old + 1) > end)
		return NULL;

	__builtin_memcpy(eth->h_source, old->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, gateway, ETH_ALEN);
	eth->h_proto = h_proto;
	return eth + 1;
}

static __always_inline void edge_write_ipv4(struct iphdr *ip, const struct edge_tunnel *tunnel,
					    __u8 protocol, const int overhead)
{
	__builtin_memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
#ifdef EDGE_COPY_INNER_TOS
	ip->tos = tunnel->inner_tos;
#endif
	ip->tot_len = bpf_htons(tunnel->inner_length + overhead);
	/* with DF set and never fragmented, an identification of 0 is fine: RFC 6864 */
	ip->frag_off = bpf_htons(0x4000);
	ip->ttl = EDGE_TTL;
	ip->protocol = protocol;
	ip->saddr = tunnel->local.v4;
#ifdef EDGE_SOURCE_ENTROPY
	ip->saddr ^= bpf_htonl(tunnel->hash & 0xffff);
#endif
	ip->daddr = tunnel->remote.v4;
	ip->check = edge_csum_ipv4(ip);
}

static __always_inline void edge_write_ipv6(struct ipv6hdr *ip6, const struct edge_tunnel *tunnel,
					    __u8 protocol, const int overhead)
{
	__builtin_memset(ip6, 0, sizeof(*ip6));
	ip6->version = 6;
#ifdef EDGE_COPY_INNER_TOS
	ip6->priority = tunnel->inner_tos >> 4;
	ip6->flow_lbl[0] = tunnel->inner_tos << 4;
#endif
#ifdef EDGE_SOURCE_ENTROPY
	ip6->flow_lbl[0] |= tunnel->hash >> 16 & 0x0f;
	ip6->flow_lbl[1] = tunnel->hash >> 8;
	ip6->flow_lbl[2] = tunnel->hash;
#endif
	ip6->payload_len = bpf_htons(tunnel->inner_length + overhead - sizeof(*ip6));
	ip6->nexthdr = protocol;
	ip6->hop_limit = EDGE_TTL;
	__builtin_memcpy(&ip6->saddr, tunnel->local.v6, sizeof(ip6->saddr));
	__builtin_memcpy(&ip6->daddr, tunnel->remote.v6, sizeof(ip6->daddr));
}

static __always_inline bool edge_encap_ipv4(struct xdp_md *ctx, const struct edge_tunnel *tunnel,
					    const __u8 *gateway)
{
	const int overhead = sizeof(struct iphdr);
	struct iphdr *ip = edge_push(ctx, overhead, bpf_htons(ETH_P_IP), gateway);

	if (!ip)
		return false;
	edge_write_ipv4(ip, tunnel, tunnel->inner_protocol, overhead);
	return true;
}

static __always_inline bool edge_encap_ipv6(struct xdp_md *ctx, const struct edge_tunnel *tunnel,
					    const __u8 *gateway)
{
	const int overhead = sizeof(struct ipv6hdr);
	struct ipv6hdr *ip6 = edge_push(ctx, overhead, bpf_htons(ETH_P_IPV6), gateway);

	if (!ip6)
		return false;
	edge_write_ipv6(ip6, tunnel, tunnel->inner_protocol, overhead);
	return true;
}

#ifdef EDGE_WITH_GUE

/*
 * No UDP checksum: what is inside has its own. RFC 6935 and 6936 allow that over IPv6 too, for
 * tunnels; the receiver has to be told (`ip fou add` does, sockets need UDP_NO_CHECK6_RX).
 */
static __always_inline void edge_write_gue(struct edge_udp_gue *outer,
					   const struct edge_tunnel *tunnel)
{
	/* the ephemeral range, so that nothing takes it for a service */
	outer->udp.source = bpf_htons(0xc000 | (tunnel->hash >> 16 & 0x3fff));
	outer->udp.dest = bpf_htons(EDGE_GUE_PORT);
	outer->udp.len = bpf_htons(tunnel->inner_length + sizeof(*outer));
	outer->udp.check = 0;
	outer->gue.first = 0;
	outer->gue.protocol = tunnel->inner_protocol;
	outer->gue.flags = 0;
}

static __always_inline bool edge_encap_gue4(struct xdp_md *ctx, const struct edge_tunnel *tunnel,
					    const __u8 *gateway)
{
	const int overhead = sizeof(struct iphdr) + sizeof(struct edge_udp_gue);
	struct iphdr *ip = edge_push(ctx, overhead, bpf_htons(ETH_P_IP), gateway);

	if (!ip)
		return false;
	edge_write_ipv4(ip, tunnel, IPPROTO_UDP, overhead);
	edge_write_gue((struct edge_udp_gue *)(ip + 1), tunnel);
	return true;
}

static __always_inline bool edge_encap_gue6(struct xdp_md *ctx, const struct edge_tunnel *tunnel,
					    const __u8 *gateway)
{
	const int overhead = sizeof(struct ipv6hdr) + sizeof(struct edge_udp_gue);
	struct ipv6hdr *ip6 = edge_push(ctx, overhead, bpf_htons(ETH_P_IPV6), gateway);

	if (!ip6)
		return false;
	edge_write_ipv6(ip6, tunnel, IPPROTO_UDP, overhead);
	edge_write_gue((struct edge_udp_gue *)(ip6 + 1), tunnel);
	return true;
}

#endif /* EDGE_WITH_GUE */

/* How many bytes the tunnel to a real adds to each packet. */
static __always_inline int edge_overhead(const struct edge_real *real)
{
	int overhead = real->family == EDGE_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);

#ifdef EDGE_WITH_GUE
	if (real->flags & EDGE_REAL_GUE)
		overhead += sizeof(struct edge_udp_gue);
#endif
	return overhead;
}

/* Wraps the packet for a real. The packet is unusable after false: drop it. */
static __always_inline bool edge_encap(struct xdp_md *ctx, const struct edge_real *real,
				       const struct edge_tunnel *tunnel, const __u8 *gateway)
{
#ifdef EDGE_WITH_GUE
	if (real->flags & EDGE_REAL_GUE) {
		if (real->family == EDGE_IPV4)
			return edge_encap_gue4(ctx, tunnel, gateway);
		return edge_encap_gue6(ctx, tunnel, gateway);
	}
#endif
	if (real->family == EDGE_IPV4)
		return edge_encap_ipv4(ctx, tunnel, gateway);
	return edge_encap_ipv6(ctx, tunnel, gateway);
}

#endif /* EDGE_ENCAP_H */
