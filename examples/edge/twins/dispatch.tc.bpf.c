/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * dispatch.tc.bpf.c - a program for each protocol, reached by tail call
 */
#include "twin.h"

SEC("tc")
int twin_icmp(struct __sk_buff *skb)
{
	__be16 fragment = 0;

	bpf_skb_load_bytes(skb, ETH_HLEN + offsetof(struct iphdr, frag_off), &fragment,
			   sizeof(fragment));
	/* no honest ping is a fragment */
	if (fragment & bpf_htons(0x3fff))
		return TC_ACT_SHOT;
	return TC_ACT_UNSPEC;
}

SEC("tc")
int twin_tcp(struct __sk_buff *skb)
{
	struct tcphdr tcp;

	if (bpf_skb_load_bytes(skb, sizeof(struct twin_frame), &tcp, sizeof(tcp)))
		return TC_ACT_SHOT;
	if (tcp.syn && tcp.fin)
		return TC_ACT_SHOT;
	return TC_ACT_UNSPEC;
}

SEC("tc")
int twin_udp(struct __sk_buff *skb)
{
	struct udphdr udp;

	if (bpf_skb_load_bytes(skb, sizeof(struct twin_frame), &udp, sizeof(udp)))
		return TC_ACT_SHOT;
	if (!udp.source || !udp.dest)
		return TC_ACT_SHOT;
	return TC_ACT_UNSPEC;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, IPPROTO_UDP + 1);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct __sk_buff *));
} programs SEC(".maps") = {
	.values = {
		[IPPROTO_ICMP] = &twin_icmp,
		[IPPROTO_TCP] = &twin_tcp,
		[IPPROTO_UDP] = &twin_udp,
	},
};

__u64 others;

SEC("tc")
int twin_dispatch(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ihl != 5)
		return TC_ACT_SHOT;
	bpf_tail_call(skb, &programs, ip->protocol);
	__sync_fetch_and_add(&others, 1);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
