// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "stages.h"

SEC("tc")
int mark(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	note(1);
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
	ip->ttl = 64;
	skb->mark = ip->tos;
	return ip->protocol == 6 ? TC_ACT_PIPE : TC_ACT_STOLEN;
}

SEC("tc")
int mark_again(struct __sk_buff *skb)
{
	skb->mark++;
	return TC_ACT_OK;
}
