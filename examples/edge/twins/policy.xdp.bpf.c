/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * policy.xdp.bpf.c - what happens to each IP protocol is configured in a map
 */
#include "twin.h"

#define POLICY_PROTOCOLS 144 /* IANA has not given out the numbers above */

enum policy {
	POLICY_PASS,
	POLICY_DROP,
	POLICY_LOWER, /* best effort: DSCP 0 */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, POLICY_PROTOCOLS);
	__type(key, __u32);
	__type(value, __u32);
} policies SEC(".maps");

SEC("xdp")
int twin_policy(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	__u32 protocol, *policy;
	__u16 old;

	if (!ip)
		return XDP_PASS;
	protocol = ip->protocol;
	policy = bpf_map_lookup_elem(&policies, &protocol);
	if (!policy || *policy == POLICY_DROP)
		return XDP_DROP;
	if (*policy == POLICY_LOWER) {
		old = *(__u16 *)ip;
		ip->tos &= 0x03;
		ip->check = edge_csum_replace(ip->check, old, *(__u16 *)ip);
	}
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
