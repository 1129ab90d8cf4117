/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pkt-type - after a MAC address was rewritten to ours, a naive port leaves the packet somebody
 * else's
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DNAIVE -c %s -o %t.naive.o
 * RUN: %clang %bpfcc -DNAIVE -DRIGHT -c %s -o %t.right.o
 * RUN: %status 1 %live %t.xdp.o %t.naive.o %frames | %FileCheck %s --check-prefix=NAIVE
 * RUN: %status 0 %live %t.xdp.o %t.right.o %frames | %FileCheck %s --check-prefix=RIGHT
 *
 * NAIVE: different: context 'packet type'
 * NAIVE: {{^ +}}packet type{{$}}
 * NAIVE-NEXT: left host
 * NAIVE-NEXT: right other host
 * RIGHT: equivalent on 4 packets
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

/* Frames for 02:00:00:00:00:08 go to 02:00:00:00:00:09. */
static __always_inline int rewrite(void *data, void *data_end)
{
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > data_end || eth->h_dest[5] != 8)
		return 0;
	eth->h_dest[5] = 9;
	return 1;
}

#ifdef NAIVE
SEC("tc")
int mac(struct __sk_buff *skb)
{
	int rewritten = rewrite((void *)(long)skb->data, (void *)(long)skb->data_end);

#ifdef RIGHT
	if (rewritten)
		bpf_skb_change_type(skb, PACKET_HOST);
#else
	(void)rewritten;
#endif
	return TC_ACT_OK;
}
#else
SEC("xdp")
int mac(struct xdp_md *ctx)
{
	rewrite((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	return XDP_PASS;
}
#endif

char _license[] SEC("license") = "GPL";
