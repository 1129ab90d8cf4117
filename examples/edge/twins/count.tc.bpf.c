/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * count.tc.bpf.c - packets and bytes of each IP protocol
 */
#include "twin.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct twin_count);
} protocols SEC(".maps");

SEC("tc")
int twin_count(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct twin_count *count, first = { .packets = 1, .bytes = skb->len };
	__u32 key;

	if (!ip)
		return TC_ACT_UNSPEC;
	key = ip->protocol;
	count = bpf_map_lookup_elem(&protocols, &key);
	if (count) {
		__sync_fetch_and_add(&count->packets, 1);
		__sync_fetch_and_add(&count->bytes, skb->len);
	} else {
		bpf_map_update_elem(&protocols, &key, &first, BPF_NOEXIST);
	}
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
