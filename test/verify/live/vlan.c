/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * vlan - the outer VLAN tag is beside the bytes at tc, where a naive port does not look
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DNAIVE -c %s -o %t.naive.o
 * RUN: %clang %bpfcc -DRIGHT -c %s -o %t.right.o
 * RUN: %status 1 %live %t.xdp.o %t.naive.o %frames | %FileCheck %s --check-prefix=NAIVE
 * RUN: %status 1 %live --veth %t.xdp.o %t.naive.o %frames | %FileCheck %s --check-prefix=NAIVE
 * RUN: %status 0 %live %t.xdp.o %t.right.o %frames | %FileCheck %s --check-prefix=RIGHT
 * RUN: %status 0 %live --veth %t.xdp.o %t.right.o %frames | %FileCheck %s --check-prefix=RIGHT
 *
 * NAIVE: different: fate 'drop' against 'pass'
 * NAIVE-SAME: ; 2 of 4 packets differ
 * NAIVE-DAG: fates 1 drop against pass
 * NAIVE-DAG: {{^ +}}1 pass against drop
 * RIGHT: equivalent on 4 packets
 *
 * One frame of VLAN 7, one of VLAN 8, one without a tag, and one of VLAN 8 with VLAN 7 inside it.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct tag {
	__be16 tci, type;
};

static __always_inline int is_seven(void *data, void *data_end)
{
	struct ethhdr *eth = data;
	struct tag *tag = (void *)(eth + 1);

	if ((void *)(tag + 1) > data_end || eth->h_proto != bpf_htons(ETH_P_8021Q))
		return 0;
	return (tag->tci & bpf_htons(0xfff)) == bpf_htons(7);
}

#if defined(RIGHT)
SEC("tc")
int vlan(struct __sk_buff *skb)
{
	return skb->vlan_present && (skb->vlan_tci & 0xfff) == 7 ? TC_ACT_SHOT : TC_ACT_OK;
}
#elif defined(NAIVE)
SEC("tc")
int vlan(struct __sk_buff *skb)
{
	return is_seven((void *)(long)skb->data, (void *)(long)skb->data_end) ? TC_ACT_SHOT
									      : TC_ACT_OK;
}
#else
SEC("xdp")
int vlan(struct xdp_md *ctx)
{
	return is_seven((void *)(long)ctx->data, (void *)(long)ctx->data_end) ? XDP_DROP : XDP_PASS;
}
#endif

char _license[] SEC("license") = "GPL";
