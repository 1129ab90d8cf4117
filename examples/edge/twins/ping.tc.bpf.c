/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * ping.tc.bpf.c - answers ICMP echo requests: all that moves is copied out, turned, and stored
 */
#include "twin.h"

#define PING_REQUEST 8
#define PING_REPLY   0

/* the fixed part of ICMP; linux/icmp.h leads to libc's headers */
struct ping {
	__u8 type;
	__u8 code;
	__be16 checksum;
};

struct ping_frame {
	struct twin_frame head;
	struct ping icmp;
} __attribute__((packed));

SEC("tc")
int twin_ping(struct __sk_buff *skb)
{
	struct ping_frame frame, reply;
	__u16 old, new;

	if (bpf_skb_load_bytes(skb, 0, &frame, sizeof(frame)))
		return TC_ACT_UNSPEC;
	if (frame.head.eth.h_proto != bpf_htons(ETH_P_IP) || frame.head.ip.ihl != 5 ||
	    frame.head.ip.protocol != IPPROTO_ICMP)
		return TC_ACT_UNSPEC;
	if (frame.icmp.type != PING_REQUEST || frame.icmp.code)
		return TC_ACT_UNSPEC;

	reply = frame;
	__builtin_memcpy(reply.head.eth.h_dest, frame.head.eth.h_source, ETH_ALEN);
	__builtin_memcpy(reply.head.eth.h_source, frame.head.eth.h_dest, ETH_ALEN);
	reply.head.ip.saddr = frame.head.ip.daddr;
	reply.head.ip.daddr = frame.head.ip.saddr;
	reply.icmp.type = PING_REPLY;
	old = bpf_htons(PING_REQUEST << 8);
	new = bpf_htons(PING_REPLY << 8);
	reply.icmp.checksum = edge_csum_replace(frame.icmp.checksum, old, new);
	bpf_skb_store_bytes(skb, 0, &reply, sizeof(reply), 0);
	return bpf_redirect(skb->ifindex, 0);
}

char _license[] SEC("license") = "GPL";
