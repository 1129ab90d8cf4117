/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * wrap.tc.bpf.c - puts a whole frame into one of our own: bpf_skb_change_head() takes any ethertype
 */
#include "twin.h"

#define WRAP_PROTO 0x88b5 /* IEEE 802: local experiments */

struct wrap {
	struct ethhdr eth;
	__be16 length; /* of the frame inside */
} __attribute__((packed));

SEC("tc")
int twin_wrap(struct __sk_buff *skb)
{
	struct wrap outer = { .eth.h_dest = { 2, 0, 0, 0, 0, 1 } };
	struct ethhdr inner;
	long error;

	error = bpf_skb_load_bytes(skb, 0, &inner, sizeof(inner));
	if (inner.h_proto == bpf_htons(WRAP_PROTO))
		return TC_ACT_UNSPEC;
	__builtin_memcpy(outer.eth.h_source, inner.h_dest, ETH_ALEN);
	outer.eth.h_proto = bpf_htons(WRAP_PROTO);
	outer.length = bpf_htons(skb->len);
	error |= bpf_skb_change_head(skb, sizeof(outer), 0);
	error |= bpf_skb_store_bytes(skb, 0, &outer, sizeof(outer), 0);
	return twin_tc_pass(error);
}

char _license[] SEC("license") = "GPL";
