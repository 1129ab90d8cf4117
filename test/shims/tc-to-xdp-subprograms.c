/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-subprograms - calls in functions of their own, which get the context by its address
 *
 * REQUIRES: bpf
 * RUN: %shims %s --only=seen
 *
 * WRONG: seen: skb->hashed = 1; => skb->hash = 1;
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

static __noinline long sums(struct __sk_buff *skb)
{
	__u32 word[2] = {};
	long error;

	bpf_skb_load_bytes(skb, 6, word, sizeof(word));
	error = bpf_l3_csum_replace(skb, ETH_HLEN + 10, word[0], word[1], 4);
	error = error * 3 + bpf_l3_csum_replace(skb, ETH_HLEN + 10, word[0], word[1], 2);
	error = error * 3 + bpf_l4_csum_replace(skb, ETH_HLEN + 26, word[0], word[1], 0x14);
	return error * 3 + bpf_l4_csum_replace(skb, word[0] & 127, word[0], word[1], 0x22);
}

static __noinline long room(struct __sk_buff *skb)
{
	long error = bpf_skb_adjust_room(skb, 20, BPF_ADJ_ROOM_MAC, 0);

	error = error * 3 + bpf_skb_adjust_room(skb, -12, BPF_ADJ_ROOM_NET, 0);
	error = error * 3 + bpf_skb_adjust_room(skb, skb->protocol & 7, BPF_ADJ_ROOM_MAC, 0);
	skb->cb[2] += LEN(skb);
	return error * 3 + bpf_skb_change_head(skb, 6, 0);
}

static __noinline long ends(struct __sk_buff *skb)
{
	long error = bpf_skb_change_tail(skb, LEN(skb) - (LEN(skb) & 3), 0);

	error = error * 3 + bpf_skb_change_tail(skb, LEN(skb) + 5, 0);
	skb->cb[1] += 7;
	return error * 3 + bpf_skb_pull_data(skb, 60);
}

static __noinline long marks(struct __sk_buff *skb)
{
	long error = 0;

	if (skb->protocol == bpf_htons(ETH_P_IP) || skb->protocol == bpf_htons(ETH_P_IPV6))
		error = bpf_skb_ecn_set_ce(skb);
	bpf_set_hash(skb, 9);
	return error * 3 + bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY);
}

PROGRAM(subprograms)
{
	__u8 kind = 0;

	skb->cb[1] = 1;
	skb->cb[2] = 2;
	bpf_skb_load_bytes(skb, 0, &kind, 1);
	if (kind & 1)
		result(sums(skb));
	if (kind & 2)
		result(marks(skb));
	if (kind & 4)
		result(ends(skb));
	if (kind & 8)
		result(room(skb));
	if (kind & 1)
		result(sums(skb));
	result(skb->cb[1]);
	result(skb->cb[2]);
	result(skb->hash);
	return kind & 16 ? TC_ACT_SHOT : TC_ACT_OK;
}
