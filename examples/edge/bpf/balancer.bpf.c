/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * balancer.bpf.c - a layer 4 load balancer
 *
 * Packets for a VIP are wrapped in IPIP (or GUE, with EDGE_WITH_GUE) for one of its reals and sent
 * back out of the port they came in by. Reals answer the client directly. Which real: the one that
 * the connection table remembers, else the slot of the VIP's hash ring that the flow falls into, so
 * that a balancer that has never seen a connection chooses like the one that has.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "balancer_maps.h"
#include "config.h"
#include "encap.h"
#include "hash.h"
#include "icmp.h"
#include "parse.h"
#include "stats.h"

/* Outer source addresses. With EDGE_SOURCE_ENTROPY the last 16 bits of the IPv4 one are a hash. */
const volatile __be32 edge_local4 = bpf_htonl(0xac100000); /* 172.16.0.0 */
const volatile __be32 edge_local6[4] = { bpf_htonl(0x01000000), 0, 0, bpf_htonl(1) }; /* 100::1 */
const volatile __u16 edge_mtu = EDGE_MTU;

/* The next hop may move while the program runs. */
__u8 edge_gateway[ETH_ALEN] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 };

/* The last flow that no real could be found for, for the operator to look at. */
struct edge_flow edge_lost_flow;

/*
 * Which slot of a ring a flow falls into, or -1. A global function: the verifier looks at it once,
 * not once for every path that leads here.
 */
__noinline int edge_ring_slot(const struct edge_flow *flow, __u32 ring, __u32 flags)
{
	if (!flow || ring >= EDGE_MAX_VIPS)
		return -1;
	return ring * EDGE_RING_SIZE +
	       edge_hash_flow(flow, flags & EDGE_VIP_NO_SPORT) % EDGE_RING_SIZE;
}

static __always_inline const struct edge_vip *find_vip(const struct edge_packet *packet)
{
	const struct edge_vip *vip;
	struct edge_vip_key key = {
		.address = packet->flow.dst,
		.port = packet->flow.dport,
		.protocol = packet->flow.protocol,
		.family = packet->flow.family,
	};

	vip = bpf_map_lookup_elem(&vips, &key);
	if (vip || !key.port)
		return vip;
	key.port = 0;
	return bpf_map_lookup_elem(&vips, &key);
}

static __always_inline void *connection_table(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	void *table = bpf_map_lookup_elem(&connections, &cpu);

	if (table)
		return table;
	edge_count(EDGE_TABLE_FALLBACK, 0);
	return &connections_fallback;
}

#ifdef EDGE_FLOOD_GUARD
/* Whether this CPU has met more new connections in this second than are worth remembering. */
static __always_inline bool is_flood(__u64 now)
{
	struct flood *flood;
	__u32 key = 0;

	flood = bpf_map_lookup_elem(&floods, &key);
	if (!flood)
		return true;
	if (now - flood->since > EDGE_SECOND_NS) {
		flood->since = now;
		flood->new_connections = 1;
		return false;
	}
	return ++flood->new_connections > EDGE_FLOOD_LIMIT;
}
#endif

/* Stores the flow's real, an index into reals, and returns true; false when there is none. */
static __always_inline bool choose_real(const struct edge_packet *packet,
					const struct edge_vip *vip, __u32 *real)
{
	bool with_table = !(vip->flags & EDGE_VIP_NO_TABLE);
	const struct edge_flow *flow = &packet->flow;
	struct edge_connection *known, fresh = {};
	__u64 now = bpf_ktime_get_ns();
	void *table = NULL;
	__u32 *in_ring;
	__u32 slot;

	if (with_table)
		table = connection_table();
	/* a SYN may reuse the ports of a dead connection, whose real may be gone */
	if (table && !(packet->flags & EDGE_FLAG_SYN)) {
		known = bpf_map_lookup_elem(table, flow);
		if (known &&
		    (flow->protocol != IPPROTO_UDP || now - known->seen < EDGE_UDP_TIMEOUT_NS)) {
			known->seen = now;
			*real = known->real;
			edge_count(EDGE_TABLE_HIT, packet->length);
			return true;
		}
	}

	slot = edge_ring_slot(flow, vip->ring, vip->flags);
	in_ring = bpf_map_lookup_elem(&rings, &slot);
	if (!in_ring)
		return false;
	*real = *in_ring;

	/* neither the end of a connection nor a message about one is a reason to remember it */
	if (!table || packet->flags & (EDGE_FLAG_RST | EDGE_FLAG_QUOTED))
		return true;
#ifdef EDGE_FLOOD_GUARD
	if (is_flood(now)) {
		edge_count(EDGE_FLOOD, packet->length);
		return true;
	}
#endif
	fresh.seen = now;
	fresh.real = *real;
	bpf_map_update_elem(table, flow, &fresh, BPF_ANY);
	return true;
}

static __always_inline void count_real(__u32 index, __u64 bytes)
{
	struct edge_count *count = bpf_map_lookup_elem(&real_counts, &index);

	if (!count)
		return;
	count->packets++;
	count->bytes += bytes;
}

/* The tunnel has no room: tells the sender where that helps. */
static __always_inline int too_big(struct xdp_md *ctx, const struct edge_packet *packet, __u32 mtu)
{
	edge_count(EDGE_TOO_BIG, packet->length);
	/* no errors about errors, and none to who lets routers fragment: we are none */
	if (packet->flags & EDGE_FLAG_QUOTED || !(packet->flags & EDGE_FLAG_DF))
		return XDP_DROP;
	return packet->flow.family == EDGE_IPV4 ? edge_too_big4(ctx, mtu) : edge_too_big6(ctx, mtu);
}

static __always_inline int forward(struct xdp_md *ctx, const struct edge_packet *packet,
				   const struct edge_vip *vip)
{
	bool v4 = packet->flow.family == EDGE_IPV4;
	struct edge_tunnel tunnel = {
		.inner_length = packet->length,
		.inner_protocol = v4 ? IPPROTO_IPIP : IPPROTO_IPV6,
		.inner_tos = packet->tos,
	};
	const struct edge_real *real;
	__u32 index, room;

	if (!choose_real(packet, vip, &index))
		return edge_fate(EDGE_NO_REAL, packet->length, XDP_DROP);
	real = bpf_map_lookup_elem(&reals, &index);
	if (!real || !real->family) {
		edge_lost_flow = packet->flow;
		return edge_fate(EDGE_NO_REAL, packet->length, XDP_DROP);
	}

	room = edge_mtu - edge_overhead(real);
	if (packet->length > room)
		return too_big(ctx, packet, room);

	/* not the ring's hash: reals that share a slot would all get the same one */
	tunnel.hash = edge_hash_flow(&packet->flow, false) * 0x9e3779b1;
	tunnel.remote = real->address;
	if (real->family == EDGE_IPV4)
		tunnel.local.v4 = edge_local4;
	else
		for (int i = 0; i < 4; i++)
			tunnel.local.v6[i] = edge_local6[i];
	if (!edge_encap(ctx, real, &tunnel, edge_gateway))
		return XDP_DROP;
	count_real(index, packet->length);
	return edge_fate(EDGE_BALANCED, packet->length, XDP_TX);
}

SEC("xdp")
int edge_balancer(struct xdp_md *ctx)
{
	struct edge_cursor cursor = {
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	__u32 length = ctx->data_end - ctx->data;
	struct edge_packet packet = {};
	const struct edge_vip *vip;
	__be16 h_proto;
	int tags;

	if (!edge_parse_eth(&cursor, &h_proto, &tags))
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);
	/* VIPs live in the untagged network */
	if (tags || !edge_is_ip(h_proto))
		return edge_fate(EDGE_NO_VIP, length, XDP_PASS);
	if (!edge_parse_ip(&cursor, h_proto, &packet))
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);

	/* later fragments have no ports: they cannot follow the first one to its real */
	if (packet.flags & EDGE_FLAG_FRAGMENT)
		return edge_fate(EDGE_FRAGMENT, length, XDP_DROP);
	if (packet.flags & EDGE_FLAG_OPTIONS)
		return edge_fate(EDGE_OPTIONS, length, XDP_DROP);

	if (edge_is_icmp(&packet.flow)) {
		if (!edge_parse_icmp(&cursor, &packet))
			return edge_fate(EDGE_MALFORMED, length, XDP_DROP);
	} else if (!edge_parse_ports(&cursor, &packet)) {
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);
	}

	vip = find_vip(&packet);
	if (!vip)
		return edge_fate(EDGE_NO_VIP, length, XDP_PASS);
	if (packet.flags & EDGE_FLAG_ECHO) {
		edge_count(EDGE_ECHO, length);
		return edge_echo_reply(ctx, packet.flow.family == EDGE_IPV4);
	}
	/* what is left of ICMP is for the host: neighbour discovery and the like */
	if (edge_is_icmp(&packet.flow))
		return edge_fate(EDGE_NO_VIP, length, XDP_PASS);
	return forward(ctx, &packet, vip);
}

char _license[] SEC("license") = "GPL";
