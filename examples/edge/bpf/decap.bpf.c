/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * decap.bpf.c - the other end of the tunnel: takes the outer header off on the real
 *
 * Only for the tunnel's own addresses, so that nobody can send packets past a firewall by wrapping
 * them. The stack then sees the client's packet; the VIP is configured on a dummy device.
 */
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
#include "gue.h"
#include "parse.h"
#include "stats.h"

/* Our ends of tunnels, IPv4 as ::ffff:a.b.c.d; the value is not looked at. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __be32[4]);
	__type(value, __u8);
} tunnel_ends SEC(".maps");

const volatile bool edge_check_outer = true;

/* What decapsulation has learnt so far of a packet. */
struct outer {
	struct edge_packet packet;
	__u32 size; /* of all outer headers behind the Ethernet header */
	__u8 inner_protocol;
};

static __always_inline bool is_ours(const struct edge_packet *packet)
{
	__be32 key[4];

	edge_mapped(&packet->flow.dst, packet->flow.family, key);
	return bpf_map_lookup_elem(&tunnel_ends, key);
}

/* Steps over a GUE header. Private fields, control messages and flags we do not know: not ours. */
static __always_inline bool parse_gue(struct edge_cursor *cursor, struct outer *outer)
{
	__u8 *first = cursor->pos;
	struct edge_gue *gue;

	if ((void *)(first + 1) > cursor->end)
		return false;
	if (EDGE_GUE_VARIANT(*first) == 1) {
		outer->inner_protocol = *first >> 4 == 6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
		return true;
	}
	gue = edge_pull(cursor, sizeof(*gue));
	if (!gue || EDGE_GUE_VARIANT(gue->first) || gue->first & EDGE_GUE_CONTROL ||
	    gue->first & EDGE_GUE_WORDS || gue->flags)
		return false;
	outer->inner_protocol = gue->protocol;
	outer->size += sizeof(*gue);
	return true;
}

/* Whether this is a tunnel that we know, and which protocol is inside. */
static __always_inline bool parse_tunnel(struct edge_cursor *cursor, struct outer *outer)
{
	struct udphdr *udp;

	outer->inner_protocol = outer->packet.flow.protocol;
	if (outer->inner_protocol == IPPROTO_UDP) {
		udp = edge_pull(cursor, sizeof(*udp));
		if (!udp || udp->dest != bpf_htons(EDGE_GUE_PORT))
			return false;
		outer->size += sizeof(*udp);
		if (!parse_gue(cursor, outer))
			return false;
	}
	return outer->inner_protocol == IPPROTO_IPIP || outer->inner_protocol == IPPROTO_IPV6;
}

#ifdef EDGE_ECN_DECAP
/*
 * Hands a congestion mark to the inner header: RFC 6040, figure 4. A sender that does not know ECN
 * learns of congestion by loss only, so then the packet has to go: false.
 */
static __noinline bool hand_congestion_in(struct edge_cursor *cursor, bool v4)
{
	struct ipv6hdr *ip6 = cursor->pos;
	struct iphdr *ip = cursor->pos;
	__u16 old;

	if (v4) {
		if ((void *)(ip + 1) > cursor->end || !(ip->tos & EDGE_ECN_MASK))
			return false;
		old = *(__u16 *)ip;
		ip->tos |= EDGE_ECN_CE;
		ip->check = edge_csum_replace(ip->check, old, *(__u16 *)ip);
		return true;
	}
	if ((void *)(ip6 + 1) > cursor->end || !(edge_ipv6_tos(ip6) & EDGE_ECN_MASK))
		return false;
	ip6->flow_lbl[0] |= EDGE_ECN_CE << 4;
	return true;
}
#endif

/* Takes size bytes out from behind the Ethernet header. */
static __always_inline bool edge_pop(struct xdp_md *ctx, __u32 size, __be16 h_proto)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct ethhdr saved;

	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return false;
	saved = *eth;
	saved.h_proto = h_proto;
	if (bpf_xdp_adjust_head(ctx, size))
		return false;
	eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return false;
	*eth = saved;
	return true;
}

SEC("xdp")
int edge_decap(struct xdp_md *ctx)
{
	struct edge_cursor cursor = {
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	__u32 length = ctx->data_end - ctx->data;
	struct edge_packet inner = {};
	struct edge_cursor inside;
	struct outer outer = {};
	struct iphdr *ip;
	__be16 h_proto;
	int tags;
	bool v4;

	if (!edge_parse_eth(&cursor, &h_proto, &tags) || tags || !edge_is_ip(h_proto))
		return edge_fate(EDGE_NOT_TUNNEL, length, XDP_PASS);
	ip = cursor.pos;
	if (!edge_parse_ip(&cursor, h_proto, &outer.packet))
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);
	if (!is_ours(&outer.packet))
		return edge_fate(EDGE_NOT_TUNNEL, length, XDP_PASS);
	/* the stack puts fragments together and has a tunnel device for the rest */
	if (outer.packet.flags & (EDGE_FLAG_FRAGMENT | EDGE_FLAG_OPTIONS))
		return edge_fate(EDGE_NOT_TUNNEL, length, XDP_PASS);

	v4 = outer.packet.flow.family == EDGE_IPV4;
	outer.size = v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	if (!parse_tunnel(&cursor, &outer))
		return edge_fate(EDGE_NOT_TUNNEL, length, XDP_PASS);
	/* the stack will not see this header: what it checks of it is checked here */
	if (v4 && edge_check_outer && ((void *)(ip + 1) > cursor.end || edge_csum_ipv4(ip)))
		return edge_fate(EDGE_BAD_OUTER, length, XDP_DROP);

	v4 = outer.inner_protocol == IPPROTO_IPIP;
	h_proto = v4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	inside = cursor;
	if (!edge_parse_ip(&inside, h_proto, &inner) ||
	    inner.length + outer.size > outer.packet.length)
		return edge_fate(EDGE_BAD_INNER, length, XDP_DROP);
#ifdef EDGE_ECN_DECAP
	if ((outer.packet.tos & EDGE_ECN_MASK) == EDGE_ECN_CE && !hand_congestion_in(&cursor, v4))
		return edge_fate(EDGE_ECN, length, XDP_DROP);
#endif
	if (!edge_pop(ctx, outer.size, h_proto))
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);
	return edge_fate(EDGE_DECAPSULATED, inner.length, XDP_PASS);
}

char _license[] SEC("license") = "GPL";
