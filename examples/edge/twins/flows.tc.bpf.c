/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * flows.tc.bpf.c - packets and bytes of each flow; ports are loaded, wherever they lie in the skb
 */
#include <stdbool.h>

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

SEC("tc")
int twin_flows(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct twin_count *count, first = { .packets = 1, .bytes = skb->len };
	struct flow flow = {};
	bool ports;

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ihl < 5)
		return TC_ACT_SHOT;
	flow.source = ip->saddr;
	flow.dest = ip->daddr;
	flow.protocol = ip->protocol;
	ports = flow.protocol == IPPROTO_TCP || flow.protocol == IPPROTO_UDP;
	if (ports && !(ip->frag_off & bpf_htons(TWIN_IP_OFFSET)) &&
	    bpf_skb_load_bytes(skb, ETH_HLEN + ip->ihl * 4, &flow.ports, sizeof(flow.ports)))
		return TC_ACT_SHOT;
	count = bpf_map_lookup_elem(&flows, &flow);
	if (count) {
		count->packets++;
		count->bytes += skb->len;
	} else {
		bpf_map_update_elem(&flows, &flow, &first, BPF_ANY);
	}
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
