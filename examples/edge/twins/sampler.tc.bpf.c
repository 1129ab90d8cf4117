/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * sampler.tc.bpf.c - one IPv4 packet of eight, drawn by lot, to user space by ring buffer
 */
#include "twin.h"

#define SAMPLE_RATE 8

struct sample {
	__u32 length;
	__u32 ifindex;
	struct twin_frame head;
	__u16 unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} samples SEC(".maps");

__u64 seen, sampled;

SEC("tc")
int twin_sampler(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct sample sample = {};

	if (!ip)
		return TC_ACT_UNSPEC;
	__sync_fetch_and_add(&seen, 1);
	if (bpf_get_prandom_u32() % SAMPLE_RATE)
		return TC_ACT_UNSPEC;
	__sync_fetch_and_add(&sampled, 1);
	sample.length = skb->len;
	sample.ifindex = skb->ifindex;
	sample.head = *(struct twin_frame *)data;
	bpf_ringbuf_output(&samples, &sample, sizeof(sample), 0);
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
