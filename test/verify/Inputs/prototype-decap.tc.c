/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * prototype-decap.tc.c - what a rule makes of it that keeps the arguments of bpf_xdp_adjust_head()
 *
 * bpf_skb_adjust_room() counts the other way round, so 20 bytes come in; and they come in behind
 * the Ethernet header, where the program has just put another.
 */
#include "prototype-decap.h"

SEC("tc")
int decap(struct __sk_buff *ctx)
{
	if (!prepare((void *)(long)ctx->data, (void *)(long)ctx->data_end))
		return TC_ACT_OK;
	if (bpf_skb_adjust_room(ctx, (int)sizeof(struct iphdr), BPF_ADJ_ROOM_MAC,
				BPF_F_ADJ_ROOM_ENCAP_L3_IPV4))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
