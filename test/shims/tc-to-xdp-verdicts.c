/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-verdicts - every verdict of tc, and packets sent out of a device
 *
 * REQUIRES: bpf
 * RUN: %shims %s --only=shot --only=stolen --only=trap --only=pass --only=redirect --only=target
 *
 * WRONG: shot: if (verdict == OPN_TC_SHOT || => if (
 * WRONG: stolen: verdict == OPN_TC_STOLEN => 0
 * WRONG: trap: verdict == OPN_TC_TRAP => 0
 * WRONG: pass: ? OPN_XDP_REDIRECT : OPN_XDP_PASS; => ? OPN_XDP_REDIRECT : OPN_XDP_DROP;
 * WRONG: redirect: ? OPN_XDP_REDIRECT : OPN_XDP_PASS; => ? OPN_XDP_PASS : OPN_XDP_PASS;
 * WRONG: target: opn_h_redirect(ifindex, 0); => opn_h_redirect(ifindex + 1, 0);
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

PROGRAM(verdicts)
{
	unsigned char *data = DATA(skb);
	unsigned int at;

	if (data + 20 > DATA_END(skb))
		return TC_ACT_UNSPEC;
	at = data[0] & 15;
	if (at == 7)
		return bpf_redirect(data[1] + 1, 0);
	if (at == 10)
		return 0x1000000;
	return (int)at - 1;
}
