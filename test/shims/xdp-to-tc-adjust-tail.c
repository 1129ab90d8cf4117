/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-adjust-tail - a packet's end moved by what its third byte says
 *
 * REQUIRES: bpf
 * RUN: %shims %s
 * WRONG: sign: (long)skb->len + delta => (long)skb->len - delta
 * WRONG: lower-bound: length < OPN_ETH_LENGTH => length < 2 * OPN_ETH_LENGTH
 * WRONG: nothing-done: return opn_h_change_tail(skb, length, 0) ? -OPN_EINVAL : 0; => return 0;
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

PROGRAM(tail)
{
	unsigned char *data = DATA(ctx);

	if (data + 4 > DATA_END(ctx))
		return XDP_DROP;
	return bpf_xdp_adjust_tail(ctx, (signed char)data[2] * 4) ? XDP_TX : XDP_PASS;
}
