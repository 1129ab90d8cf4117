/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-tail-call - on to another program, or past it where there is none
 *
 * REQUIRES: bpf
 * RUN: %shims %s --program=first --only=called
 * RUN: %shims %s --program=first -DPROTOCOL --only=told --only=taken-back
 *
 * WRONG: told: int told = skb->renamed && skb->network == OPN_ETH_HLEN; => int told = 0;
 * WRONG: taken-back: OPN_ETH_HLEN - 2, &type, sizeof(type)); => OPN_ETH_HLEN - 2, &protocol, sizeof(type));
 * WRONG: called: opn_h_tail_call(skb->xdp, programs, index); => (void)programs;
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

PROGRAM(last)
{
	result(2 + LEN(skb));
	result(skb->protocol);
	return TC_ACT_SHOT;
}

#ifdef OPN_AFTER
#define TYPE struct xdp_md
#else
#define TYPE struct __sk_buff
#endif

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(TYPE *));
} programs SEC(".maps") = { .values = { [1] = (void *)&last } };
#undef TYPE

PROGRAM(first)
{
	unsigned char *data = DATA(skb);
	__u32 index;

	(void)index;
	if (data + 20 > DATA_END(skb))
		return TC_ACT_OK;
#ifdef PROTOCOL
	/* What is sent on has the bytes that the program left in it. */
	index = data[0] & 3;
	result(bpf_skb_change_proto(skb, bpf_htons(ETH_P_IPV6), 0));
	bpf_tail_call(skb, &programs, index);
	return bpf_redirect(1, 0);
#endif
	bpf_tail_call(skb, &programs, data[0] & 3);
	result(1);
	return TC_ACT_OK;
}
