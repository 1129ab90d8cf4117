/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * redirect - packets that are sent back or elsewhere are looked at where they arrive
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DTC -c %s -o %t.tc.o
 * RUN: %clang %bpfcc -DTC -DELSEWHERE=4 -c %s -o %t.wrong.o
 * RUN: %clang %bpfcc -DTC -DBYTE=1 -c %s -o %t.byte.o
 * RUN: %status 0 %live %t.xdp.o %t.tc.o %frames | %FileCheck %s --check-prefix=SAME
 * RUN: %status 0 %live --veth %t.xdp.o %t.tc.o %frames | %FileCheck %s --check-prefix=SAME
 * RUN: %status 1 %live %t.xdp.o %t.wrong.o %frames | %FileCheck %s --check-prefix=WRONG
 * RUN: %status 1 %live %t.xdp.o %t.byte.o %frames | %FileCheck %s --check-prefix=BYTE
 * RUN: %status 1 %live --veth %t.xdp.o %t.byte.o %frames | %FileCheck %s --check-prefix=BYTE
 *
 * SAME: equivalent on 4 packets
 * SAME-DAG: 1 reflect{{$}}
 * SAME-DAG: 3 redirect to interface 3{{$}}
 *
 * WRONG: different: fate 'redirect to interface 3' against 'redirect to interface 4'
 * WRONG-SAME: 3 of 4 packets differ
 *
 * BYTE: different: bytes
 * BYTE-SAME: 1 of 4 packets differ
 *
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#ifndef ELSEWHERE
#define ELSEWHERE 3
#endif
#ifndef BYTE
#define BYTE 0
#endif

/* Frames for 02:00:00:00:00:08 go back, with addresses swapped, the others to another device. */
static __always_inline int swap(void *data, void *data_end)
{
	struct ethhdr *eth = data;
	unsigned char address[ETH_ALEN];

	if ((void *)(eth + 1) > data_end || eth->h_dest[5] != 8)
		return 0;
	__builtin_memcpy(address, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, address, ETH_ALEN);
	eth->h_source[0] += BYTE * 2;
	return 1;
}

#ifdef TC
SEC("tc")
int divert(struct __sk_buff *skb)
{
	if (swap((void *)(long)skb->data, (void *)(long)skb->data_end))
		return bpf_redirect(skb->ifindex, 0);
	return bpf_redirect(ELSEWHERE, 0);
}
#else
SEC("xdp")
int divert(struct xdp_md *ctx)
{
	if (swap((void *)(long)ctx->data, (void *)(long)ctx->data_end))
		return XDP_TX;
	return bpf_redirect(ELSEWHERE, 0);
}
#endif

char _license[] SEC("license") = "GPL";
