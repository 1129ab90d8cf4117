/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * twin.h - what both programs of every pair use: the way to the headers, verdicts of errors
 *
 * A frame at either hook has at least an Ethernet header. So the first check is for both headers
 * together: one for Ethernet alone would be a branch that no frame takes.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "csum.h"

#define TWIN_IP_OFFSET 0x1fff
#define TWIN_LOCAL     0xc0000201 /* 192.0.2.1, our end of a tunnel */
#define TWIN_REMOTE    0xc6336407 /* 198.51.100.7, the other one */

/* To be copied as one. */
struct twin_frame {
	struct ethhdr eth;
	struct iphdr ip;
} __attribute__((packed));

struct twin_ports {
	__be16 source;
	__be16 dest;
};

struct twin_count {
	__u64 packets;
	__u64 bytes;
};

/* The IPv4 header of a frame that has one and more bytes behind it, else NULL. */
static __always_inline struct iphdr *twin_ipv4(void *data, void *end, __u32 more)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) + more > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return NULL;
	return ip;
}

/* The packet passes unless an error was negative: without a branch, as nothing makes the helpers of
 * the twins fail. Errors can be joined with "|". */
static __always_inline int twin_xdp_pass(long error)
{
	return XDP_PASS - (int)((__u64)error >> 63) * (XDP_PASS - XDP_DROP);
}

static __always_inline int twin_tc_pass(long error)
{
	return TC_ACT_UNSPEC + (int)((__u64)error >> 63) * (TC_ACT_SHOT - TC_ACT_UNSPEC);
}
