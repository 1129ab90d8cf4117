/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * marker.bpf.c - marks what leaves through tc's egress: which queue, and which routing mark
 *
 * The priority comes from the DSCP, the mark from the destination. A class may also forbid its
 * destinations: then the packet ends here.
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "parse.h"
#include "stats.h"

/* What the parsers may read of a packet at most; more than that need not be linear. */
#define MARK_HEADERS 128

/* By destination prefix, IPv4 as ::ffff:a.b.c.d. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, EDGE_MAX_CLASSES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct edge_prefix6);
	__type(value, struct edge_class);
} classes SEC(".maps");

static __always_inline __u32 priority(__u8 tos)
{
	switch (tos >> 2) {
#define EDGE_DSCP(name, code_point, priority)                                                      \
	case code_point: /* name */                                                                \
		return priority;
#include "dscp.def"
#undef EDGE_DSCP
	default:
		return 0;
	}
}

SEC("tc")
int edge_marker(struct __sk_buff *skb)
{
	struct edge_prefix6 key = { .length = 128 };
	struct edge_packet packet = {};
	struct edge_cursor cursor;
	struct edge_class *class;
	__be16 h_proto;
	int tags;

	/* of a packet from a socket, only the headers are linear, and not always these */
	bpf_skb_pull_data(skb, skb->len < MARK_HEADERS ? skb->len : MARK_HEADERS);
	cursor.pos = (void *)(long)skb->data;
	cursor.end = (void *)(long)skb->data_end;
	if (!edge_parse_eth(&cursor, &h_proto, &tags) || !edge_is_ip(h_proto))
		return TC_ACT_OK;
	/* lengths are those of the whole packet, the cursor ends with the linear part */
	if (h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = edge_pull(&cursor, sizeof(*ip));

		if (!ip)
			return TC_ACT_OK;
		packet.flow.family = EDGE_IPV4;
		packet.flow.dst.v4 = ip->daddr;
		packet.tos = ip->tos;
	} else {
		struct ipv6hdr *ip6 = edge_pull(&cursor, sizeof(*ip6));

		if (!ip6)
			return TC_ACT_OK;
		packet.flow.family = EDGE_IPV6;
		__builtin_memcpy(packet.flow.dst.v6, &ip6->daddr, sizeof(packet.flow.dst.v6));
		packet.tos = edge_ipv6_tos(ip6);
	}

	skb->priority = priority(packet.tos);
	edge_mapped(&packet.flow.dst, packet.flow.family, key.address);
	class = bpf_map_lookup_elem(&classes, &key);
	if (!class)
		return TC_ACT_OK;
	if (class->deny)
		return edge_fate(EDGE_MARK_DENIED, skb->len, TC_ACT_SHOT);
	skb->mark = class->mark;
	return edge_fate(EDGE_MARKED, skb->len, TC_ACT_OK);
}

char _license[] SEC("license") = "GPL";
