/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * mirror.tc.bpf.c - the first bytes of what opens and ends TCP connections, by perf buffer
 */
#include "twin.h"

#define MIRROR_BYTES 64
#define MIRROR_FLAGS 0x07 /* FIN, SYN, RST */

struct event {
	__u32 length;
	__u32 captured;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} events SEC(".maps");

SEC("tc")
int twin_mirror(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct tcphdr));
	struct tcphdr *tcp = (void *)(ip + 1);
	struct event event = { .length = skb->len };

	if (!ip)
		return TC_ACT_UNSPEC;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_TCP)
		return TC_ACT_UNSPEC;
	if (!tcp->fin && !tcp->syn && !tcp->rst)
		return TC_ACT_UNSPEC;
	event.captured = event.length < MIRROR_BYTES ? event.length : MIRROR_BYTES;
	bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU | (__u64)event.captured << 32, &event,
			      sizeof(event));
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
