/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * acl.bpf.c - an access list: sources by longest prefix, then destination ports
 *
 * One program per step, joined by tail calls, so that the operator can replace a step while traffic
 * flows. What the first step has parsed is left for the next ones in a per-CPU scratch area.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "parse.h"
#include "stats.h"

struct bpf_map;

enum acl_step {
	ACL_STEP_IPV4,
	ACL_STEP_IPV6,
	ACL_STEP_PORTS,
	ACL_STEPS,
};

/* What happens to a packet that no rule is about. */
__u32 edge_acl_default = EDGE_ALLOW;

/* Fragments but the first carry no ports, so port rules cannot hold them up. */
const volatile bool edge_drop_fragments = true;

struct acl_table4 {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, EDGE_MAX_RULES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct edge_prefix4);
	__type(value, struct edge_rule);
} acl_blue SEC(".maps"), acl_green SEC(".maps");

/* Which of the two is in force: the other is filled at leisure and put here in one act. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct acl_table4);
} acl_sources4 SEC(".maps") = {
	.values = { [0] = &acl_blue },
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, EDGE_MAX_RULES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct edge_prefix6);
	__type(value, struct edge_rule);
} acl_sources6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, EDGE_MAX_PORT_RULES);
	__type(key, __u32);
	__type(value, struct edge_port_rule);
} acl_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct edge_packet);
} acl_scratch SEC(".maps");

int edge_acl_ipv4(struct xdp_md *ctx);
int edge_acl_ipv6(struct xdp_md *ctx);
int edge_acl_ports(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, ACL_STEPS);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct xdp_md *));
} acl_steps SEC(".maps") = {
	.values = {
		[ACL_STEP_IPV4] = &edge_acl_ipv4,
		[ACL_STEP_IPV6] = &edge_acl_ipv6,
		[ACL_STEP_PORTS] = &edge_acl_ports,
	},
};

static __always_inline struct edge_packet *scratch(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&acl_scratch, &key);
}

static __always_inline int decide(const struct edge_packet *packet, __u32 action)
{
	if (action == EDGE_DENY)
		return edge_fate(EDGE_ACL_DENIED, packet->length, XDP_DROP);
	return edge_fate(EDGE_ACL_ALLOWED, packet->length, XDP_PASS);
}

/* What a source rule says; where it says nothing, the ports are asked next. */
static __always_inline int apply(struct xdp_md *ctx, const struct edge_packet *packet,
				 struct edge_rule *rule)
{
	if (rule)
		__sync_fetch_and_add(&rule->hits, 1);
	if (rule && rule->action != EDGE_ASK_PORTS)
		return decide(packet, rule->action);
	bpf_tail_call(ctx, &acl_steps, ACL_STEP_PORTS);
	/* the step has been taken out: its rules are not in force */
	return decide(packet, edge_acl_default);
}

SEC("xdp")
int edge_acl_ipv4(struct xdp_md *ctx)
{
	const struct edge_packet *packet = scratch();
	struct edge_prefix4 key = { .length = 32 };
	struct edge_rule *rule = NULL;
	__u32 zero = 0;
	void *table;

	if (!packet)
		return XDP_ABORTED;
	key.address = packet->flow.src.v4;
	table = bpf_map_lookup_elem(&acl_sources4, &zero);
	if (table)
		rule = bpf_map_lookup_elem(table, &key);
	return apply(ctx, packet, rule);
}

SEC("xdp")
int edge_acl_ipv6(struct xdp_md *ctx)
{
	const struct edge_packet *packet = scratch();
	struct edge_prefix6 key = { .length = 128 };

	if (!packet)
		return XDP_ABORTED;
	__builtin_memcpy(key.address, packet->flow.src.v6, sizeof(key.address));
	return apply(ctx, packet, bpf_map_lookup_elem(&acl_sources6, &key));
}

struct port_search {
	__u32 action;
	__u16 port; /* host byte order */
	__u8 protocol;
};

/* Called for one rule after another, in the order of the array; 1 ends the search. */
static long match_port(struct bpf_map *map, __u32 *index, struct edge_port_rule *rule,
		       struct port_search *search)
{
	(void)map;
	(void)index;
	if (!rule->last || (rule->protocol && rule->protocol != search->protocol))
		return 0;
	if (search->port < rule->first || search->port > rule->last)
		return 0;
	search->action = rule->action;
	return 1;
}

SEC("xdp")
int edge_acl_ports(struct xdp_md *ctx)
{
	const struct edge_packet *packet = scratch();
	struct port_search search = {};

	(void)ctx;
	if (!packet)
		return XDP_ABORTED;
	search.action = edge_acl_default;
	if (!(packet->flags & EDGE_FLAG_NO_PORTS)) {
		search.port = bpf_ntohs(packet->flow.dport);
		search.protocol = packet->flow.protocol;
		bpf_for_each_map_elem(&acl_ports, match_port, &search, 0);
	}
	return decide(packet, search.action);
}

SEC("xdp")
int edge_acl(struct xdp_md *ctx)
{
	struct edge_cursor cursor = {
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	__u32 length = ctx->data_end - ctx->data;
	struct edge_packet packet = {};
	struct edge_packet *shared;
	__be16 h_proto;
	int tags;

	if (!edge_parse_eth(&cursor, &h_proto, &tags))
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);
	if (!edge_is_ip(h_proto))
		return edge_fate(EDGE_ACL_ALLOWED, length, XDP_PASS);
	if (!edge_parse_ip(&cursor, h_proto, &packet) || !edge_parse_ports(&cursor, &packet))
		return edge_fate(EDGE_MALFORMED, length, XDP_DROP);
	if (edge_drop_fragments && packet.flags & EDGE_FLAG_FRAGMENT)
		return edge_fate(EDGE_FRAGMENT, length, XDP_DROP);

	shared = scratch();
	if (!shared)
		return XDP_ABORTED;
	*shared = packet;
	if (packet.flow.family == EDGE_IPV4)
		bpf_tail_call(ctx, &acl_steps, ACL_STEP_IPV4);
	else
		bpf_tail_call(ctx, &acl_steps, ACL_STEP_IPV6);
	return decide(&packet, edge_acl_default);
}

char _license[] SEC("license") = "GPL";
