/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-tail-call - a packet that grew goes on in another program, or stays when there is none
 *
 * REQUIRES: bpf
 * RUN: %shims %s --program=first --unreached=3
 * WRONG: forgotten: OPN_STORE(OPN_SKB(skb)->cb[4], OPN_STATE_CONTINUES); =>
 * WRONG: other-slot: opn_h_tail_call(skb, map, index) => opn_h_tail_call(skb, map, index + 1)
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

int second(CONTEXT *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(CONTEXT *));
} next SEC(".maps") = {
	.values = { [1] = (void *)&second },
};

static __always_inline int grow(struct xdp_md *ctx, int size)
{
	unsigned char *data;

	if (bpf_xdp_adjust_head(ctx, -size))
		return -1;
	data = DATA(ctx);
	for (int i = 0; i < 150 && i < size && data + i + 1 <= DATA_END(ctx); i++)
		*(volatile unsigned char *)&data[i] = size;
	return 0;
}

/* 150 and 100 bytes are more than the headroom: the second program has to know of the first's. */
PROGRAM(second)
{
	return grow(ctx, 100) ? XDP_TX : XDP_PASS;
}

PROGRAM(first)
{
	unsigned char *data = DATA(ctx);
	int slot;

	if (data + LEAST > DATA_END(ctx))
		return XDP_DROP;
	slot = data[2] & 3;
	if (grow(ctx, data[3] & 1 ? 150 : 10))
		return XDP_ABORTED;
	bpf_tail_call(ctx, &next, slot);
	return XDP_DROP;
}
