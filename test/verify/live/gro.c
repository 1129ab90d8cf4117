/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * gro - TCP's payload is not in the linear part at tc, and a naive port reads past it
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DNAIVE -c %s -o %t.naive.o
 * RUN: %clang %bpfcc -DNAIVE -DRIGHT -c %s -o %t.right.o
 * RUN: %status 1 %live %t.xdp.o %t.naive.o %transfers | %FileCheck %s --check-prefix=NAIVE
 * RUN: %status 0 %live %t.xdp.o %t.right.o %transfers | %FileCheck %s --check-prefix=RIGHT
 *
 * NAIVE: different: transfer
 * NAIVE-SAME: 1 of 0 packets
 * NAIVE: behind the second {{[0-9]+}}, {{[1-9][0-9]*}}, {{[1-9][0-9]*}}
 * RIGHT: equivalent
 *
 * Two transfers, one of which holds the word that is looked for at the start of a payload. A test
 * run shows nothing of it: its packets are linear.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline int is_unwanted(void *data, void *data_end)
{
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u32 *word;

	if ((void *)(tcp + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_TCP)
		return 0;
	word = (void *)tcp + tcp->doff * 4;
	return (void *)(word + 1) <= data_end && *word == bpf_htonl(0x45564c21); /* "EVL!" */
}

#ifdef NAIVE
SEC("tc")
int payload(struct __sk_buff *skb)
{
#ifdef RIGHT
	bpf_skb_pull_data(skb, skb->len);
#endif
	return is_unwanted((void *)(long)skb->data, (void *)(long)skb->data_end) ? TC_ACT_SHOT
										 : TC_ACT_OK;
}
#else
SEC("xdp")
int payload(struct xdp_md *ctx)
{
	return is_unwanted((void *)(long)ctx->data, (void *)(long)ctx->data_end) ? XDP_DROP
										 : XDP_PASS;
}
#endif

char _license[] SEC("license") = "GPL";
