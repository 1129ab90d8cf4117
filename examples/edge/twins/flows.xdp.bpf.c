/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * flows.xdp.bpf.c - packets and bytes of each flow, in a table that forgets the oldest
 */
#include "twin.h"

struct flow {
	__be32 source;
	__be32 dest;
	struct twin_ports ports; /* 0: a protocol without, or a fragment */
	__u32 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct flow);
	__type(value, struct twin_count);
} flows SEC(".maps");

SEC("xdp")
int twin_flows(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct twin_count *count, first = { .packets = 1, .bytes = end - data };
	struct flow flow = {};

	if (!ip)
		return XDP_PASS;
	if (ip->ihl < 5)
		return XDP_DROP;
	flow.source = ip->saddr;
	flow.dest = ip->daddr;
	flow.protocol = ip->protocol;
	if ((flow.protocol == IPPROTO_TCP || flow.protocol == IPPROTO_UDP) &&
	    !(ip->frag_off & bpf_htons(TWIN_IP_OFFSET))) {
		struct twin_ports *ports = (void *)ip + ip->ihl * 4;

		if ((void *)(ports + 1) > end)
			return XDP_DROP;
		flow.ports = *ports;
	}
	count = bpf_map_lookup_elem(&flows, &flow);
	if (count) {
		count->packets++;
		count->bytes += end - data;
	} else {
		bpf_map_update_elem(&flows, &flow, &first, BPF_ANY);
	}
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
