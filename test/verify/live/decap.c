/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * decap - IPv4 taken out of IPv6: at tc the stack goes by skb->protocol, which a naive port leaves
 * behind
 *
 * REQUIRES: bpf, kernel-6.3
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DNAIVE -c %s -o %t.naive.o
 * RUN: %clang %bpfcc -DNAIVE -DRIGHT -c %s -o %t.right.o
 * RUN: %status 1 %live %t.xdp.o %t.naive.o %tunnels | %FileCheck %s --check-prefix=NAIVE
 * RUN: %status 0 %live %t.xdp.o %t.right.o %tunnels | %FileCheck %s --check-prefix=RIGHT
 *
 * NAIVE: different: context 'protocol'
 * NAIVE: {{^ +}}protocol{{$}}
 * NAIVE-NEXT: left 0x0800
 * NAIVE-NEXT: right 0x86dd
 * RIGHT: equivalent on 2 packets
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define OUTER ((int)sizeof(struct ipv6hdr))

/* From Linux 6.3 on; newer than the headers. */
#define DECAP_L3_IPV4 (1ULL << 7)

static __always_inline int is_tunnel(void *data, void *data_end)
{
	struct ethhdr *eth = data;
	struct ipv6hdr *ip6 = (void *)(eth + 1);

	return (void *)(ip6 + 1) + sizeof(struct iphdr) <= data_end &&
	       eth->h_proto == bpf_htons(ETH_P_IPV6) && ip6->nexthdr == IPPROTO_IPIP;
}

#ifdef NAIVE
#ifdef RIGHT
#define FLAGS DECAP_L3_IPV4
#else
#define FLAGS 0
#endif

SEC("tc")
int decap(struct __sk_buff *skb)
{
	__be16 type = bpf_htons(ETH_P_IP);

	if (!is_tunnel((void *)(long)skb->data, (void *)(long)skb->data_end))
		return TC_ACT_OK;
	if (bpf_skb_adjust_room(skb, -OUTER, BPF_ADJ_ROOM_MAC, FLAGS))
		return TC_ACT_SHOT;
	bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_proto), &type, sizeof(type), 0);
	return TC_ACT_OK;
}
#else
SEC("xdp")
int decap(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data, copy;

	if (!is_tunnel(eth, (void *)(long)ctx->data_end))
		return XDP_PASS;
	__builtin_memcpy(&copy, eth, sizeof(copy));
	copy.h_proto = bpf_htons(ETH_P_IP);
	if (bpf_xdp_adjust_head(ctx, OUTER))
		return XDP_DROP;
	eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	__builtin_memcpy(eth, &copy, sizeof(copy));
	return XDP_PASS;
}
#endif

char _license[] SEC("license") = "GPL";
