/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * again - a packet that is given to its device once more arrives later, and is found all the same
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DTC -c %s -o %t.tc.o
 * RUN: %clang %bpfcc -DTC -DMARKED -c %s -o %t.marked.o
 * RUN: %status 0 %live %t.xdp.o %t.tc.o %frames | %FileCheck %s --check-prefix=SAME
 * RUN: %status 1 %live %t.xdp.o %t.marked.o %frames | %FileCheck %s --check-prefix=MARKED
 *
 * SAME: equivalent on 4 packets
 * SAME: fates 4 pass{{$}}
 *
 * MARKED: different: context 'mark'
 * MARKED: {{^ +}}mark{{$}}
 * MARKED-NEXT: left 0x0000
 * MARKED-NEXT: right 0x0001
 *
 * The kernel looks at the type and the address again then, so that packets are right that the
 * program changed in bytes only (as pkt-type.c has it).
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

static __always_inline void rewrite(void *data, void *data_end)
{
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) <= data_end && eth->h_dest[5] == 8)
		eth->h_dest[5] = 9;
}

#ifdef TC
SEC("tc")
int again(struct __sk_buff *skb)
{
	if (skb->mark) {
#ifndef MARKED
		skb->mark = 0;
#endif
		return TC_ACT_OK;
	}
	rewrite((void *)(long)skb->data, (void *)(long)skb->data_end);
	skb->mark = 1;
	return bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}
#else
SEC("xdp")
int again(struct xdp_md *ctx)
{
	rewrite((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	return XDP_PASS;
}
#endif

char _license[] SEC("license") = "GPL";
