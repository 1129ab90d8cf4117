// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stages.h"

SEC("xdp")
int hop(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	note(0);
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	ip->ttl--;
	return ip->ttl ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int drops(struct xdp_md *ctx)
{
	int verdict = XDP_DROP;

	if (ctx->rx_queue_index)
		verdict = XDP_TX;
	return verdict;
}
