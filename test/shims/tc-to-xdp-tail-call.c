/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-tail-call - on to another program, or past it where there is none
 *
 * REQUIRES: bpf
 * RUN: %shims %s --program=first --only=called
 *
 * WRONG: called: opn_h_tail_call(skb->xdp, programs, index); => (void)programs;
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

PROGRAM(last)
{
	result(2 + LEN(skb));
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

	if (data + 20 > DATA_END(skb))
		return TC_ACT_OK;
	bpf_tail_call(skb, &programs, data[0] & 3);
	result(1);
	return TC_ACT_OK;
}
