/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-verdict - each verdict, and numbers that are none
 *
 * REQUIRES: bpf
 * RUN: %shims %s
 * RUN: %shims %s -o OPN_FIDELITY=0 -o OPN_PASS=0
 * RUN: %shims %s -o OPN_FIDELITY=2 -o OPN_PASS=3
 * WRONG: unknown: case OPN_XDP_PASS: => case 5: case OPN_XDP_PASS:
 * WRONG: dropped: case OPN_XDP_TX: => case 1: case OPN_XDP_TX:
 * WRONG: same-number: case OPN_XDP_PASS: => case OPN_XDP_PASS: return verdict;
 * WRONG: elsewhere: redirect(OPN_SKB(skb)->ifindex, 0) => redirect(OPN_SKB(skb)->ifindex + 1, 0)
 * WRONG: not-redirected: return OPN_TC_REDIRECT; => return OPN_TC_SHOT;
 * WRONG: flags: if (flags) => if (flags > 1)
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

PROGRAM(verdict)
{
	unsigned char *data = DATA(ctx);
	int number;

	if (data + LEAST > DATA_END(ctx))
		return XDP_DROP;
	number = data[11] & 7;
	if (number == XDP_REDIRECT)
		return bpf_redirect(2 + (data[10] & 3), data[10] >> 7);
	return number;
}
