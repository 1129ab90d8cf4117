/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * unpad.tc.bpf.c - cuts off what Ethernet padded an IPv4 packet with
 */
#include "twin.h"

SEC("tc")
int twin_unpad(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = twin_ipv4(data, end, 0);
	__u32 length;
	long error;

	if (!ip)
		return TC_ACT_UNSPEC;
	length = bpf_ntohs(ip->tot_len);
	if (length < sizeof(struct iphdr))
		return TC_ACT_SHOT;
	length += ETH_HLEN;
	if (length >= skb->len)
		return TC_ACT_UNSPEC;
	error = bpf_skb_change_tail(skb, length, 0);
	return twin_tc_pass(error);
}

char _license[] SEC("license") = "GPL";
