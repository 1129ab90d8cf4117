/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-adjust-tail - a packet's end moved by what its third byte says
 *
 * REQUIRES: bpf
 * RUN: %shims %s
 * RUN: %shims %s --only=none -o OPN_FIDELITY=0
 * RUN: %shims %s --only=none -o OPN_FIDELITY=2
 * WRONG: sign: (long)OPN_SKB(skb)->len + delta => (long)OPN_SKB(skb)->len - delta
 * WRONG: lower-bound: length < OPN_ETH_LENGTH => length < 2 * OPN_ETH_LENGTH
 * WRONG: upper-bound: OPN_XDP_LENGTH - OPN_XDP_HEADROOM => 1000
 * WRONG: nothing-done: opn_h_change_tail(skb, length, 0) ? -OPN_EINVAL : 0 => 0
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

PROGRAM(tail)
{
	unsigned char *data = DATA(ctx);
	int delta;

	if (data + LEAST > DATA_END(ctx))
		return XDP_DROP;
	delta = (signed char)data[2] * 4;
	if (bpf_xdp_adjust_tail(ctx, delta))
		return XDP_TX;
	return bpf_xdp_get_buff_len(ctx) & 1 ? XDP_PASS : XDP_DROP;
}
