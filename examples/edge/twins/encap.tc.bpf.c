/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * encap.tc.bpf.c - wraps IPv4 in IPv4 (RFC 2003): room behind the Ethernet header, which stays
 */
#include "twin.h"

#define ENCAP_TTL 64

SEC("tc")
int twin_encap(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	struct iphdr outer = {};
	__u32 length;
	long error;

	if (!ip)
		return TC_ACT_UNSPEC;
	length = bpf_ntohs(ip->tot_len) + sizeof(outer);
	if (length > 0xffff)
		return TC_ACT_SHOT;
	outer.version = 4;
	outer.ihl = 5;
	outer.tos = ip->tos;
	outer.tot_len = bpf_htons(length);
	outer.ttl = ENCAP_TTL;
	outer.protocol = IPPROTO_IPIP;
	outer.saddr = bpf_htonl(TWIN_LOCAL);
	outer.daddr = bpf_htonl(TWIN_REMOTE);
	outer.check = edge_csum_ipv4(&outer);

	error = bpf_skb_adjust_room(skb, sizeof(outer), BPF_ADJ_ROOM_MAC,
				    BPF_F_ADJ_ROOM_ENCAP_L3_IPV4);
	error |= bpf_skb_store_bytes(skb, ETH_HLEN, &outer, sizeof(outer), 0);
	return twin_tc_pass(error);
}

char _license[] SEC("license") = "GPL";
