/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * tag.tc.bpf.c - puts untagged frames into the VLAN of their source, in bytes
 */
#include "twin.h"

struct mac {
	__u8 bytes[ETH_ALEN];
	__u16 unused;
};

struct tagged {
	__u8 macs[2 * ETH_ALEN];
	__be16 h_proto;
	__be16 tci;
} __attribute__((packed));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct mac);
	__type(value, __u16);
} vlans SEC(".maps");

SEC("tc")
int twin_tag(struct __sk_buff *skb)
{
	struct tagged head;
	struct mac key = {};
	long error;
	__u16 *vlan;

	/* two bytes behind the header are read too, and no frame without them is worth a tag */
	if (bpf_skb_load_bytes(skb, 0, &head, sizeof(head)))
		return TC_ACT_SHOT;
	if (head.h_proto == bpf_htons(ETH_P_8021Q) || head.h_proto == bpf_htons(ETH_P_8021AD))
		return TC_ACT_UNSPEC;
	__builtin_memcpy(key.bytes, head.macs + ETH_ALEN, ETH_ALEN);
	vlan = bpf_map_lookup_elem(&vlans, &key);
	if (!vlan)
		return TC_ACT_UNSPEC;
	head.h_proto = bpf_htons(ETH_P_8021Q);
	head.tci = bpf_htons(*vlan & 0xfff);
	error = bpf_skb_change_head(skb, 4, 0);
	error |= bpf_skb_store_bytes(skb, 0, &head, sizeof(head), 0);
	return twin_tc_pass(error);
}

char _license[] SEC("license") = "GPL";
