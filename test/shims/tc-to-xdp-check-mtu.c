/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-check-mtu - whether the packet, or a length, fits into a device
 *
 * REQUIRES: bpf
 * RUN: %shims %s --only=flags --only=both --only=more
 *
 * WRONG: flags: if (flags & ~1ULL) => if (0)
 * WRONG: both: if (flags && (len_diff || *mtu_len)) => if (0)
 * WRONG: more: ifindex, mtu_len, len_diff, 0) => ifindex, mtu_len, 0, 0)
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

PROGRAM(mtu)
{
	unsigned char *data = DATA(skb);
	unsigned int kind = 0, mtu = 0;
	int more = 0;
	long found;

	if (data + 20 <= DATA_END(skb)) {
		kind = data[0];
		more = (signed char)data[2] * 1024;
		if (kind & 8)
			mtu = data[1] * 512;
	}
	/* The loopback device has 65536 bytes; 77 is none. */
	found = bpf_check_mtu(skb, kind & 4 ? 1 : 77, &mtu, more, kind & 3);
	result(found);
	result(mtu);
	return TC_ACT_OK;
}
