/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-live-mac - the destination's address and the Ethernet type changed before the stack
 *
 * REQUIRES: bpf
 * RUN: %shims %s -o OPN_VLAN=1 -- --live --generate=300
 * RUN: %shims %s -o OPN_FIDELITY=2 --only=none -- --live --generate=300
 * WRONG: address-not-compared: OPN_SKB(skb)->cb[1] != header.words[0] || => 0 ||
 * WRONG: address-half-compared: (unsigned short)OPN_SKB(skb)->cb[2] != header.halves[2]) => 0)
 * WRONG: not-ip: return protocol == OPN_NET16(OPN_ETH_P_IP) || => return 1 ||
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

PROGRAM(mac)
{
	unsigned char *data = DATA(ctx);

	if (data + 20 > DATA_END(ctx))
		return XDP_PASS;
	switch (data[19] & 3) {
	case 0:
		data[0] ^= 4;
		break;
	case 1:
		data[5] ^= 1;
		break;
	case 2:
		data[12] = 0x02;
		break;
	default:
		data[12] = 0x86;
		data[13] = 0xdd;
		break;
	}
	return XDP_PASS;
}
