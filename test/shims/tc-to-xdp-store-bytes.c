/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-store-bytes - bytes stored where the packet says, with the flags that it says
 *
 * With -DLATE the length is known only when the program runs.
 *
 * REQUIRES: bpf
 * RUN: %shims %s --only=place --only=error --only=number --only=flags
 * RUN: %shims %s -DLATE --only=none
 *
 * WRONG: place: (skb->xdp, offset, from, len) => (skb->xdp, offset + 1, from, len)
 * WRONG: error: from, len), OPN_EFAULT) => from, len), OPN_EINVAL)
 * WRONG: number: return (result >> 63) & -error; => return result;
 * WRONG: flags: if (flags & ~(unsigned long long)OPN_STORE_FLAGS) => if (flags & ~7ULL)
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

PROGRAM(store)
{
	unsigned char *data = DATA(skb);
	unsigned char buffer[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	unsigned int at = 0, flags = 0, len = sizeof(buffer);

	if (data + 20 <= DATA_END(skb)) {
		at = data[0] + ((data[1] & 3) << 8) + ((data[2] & 1) << 16) + ((data[2] & 2) << 30);
		flags = data[3] & 7;
#ifdef LATE
		len = (data[4] & 7) + 1;
#endif
	}
	result(bpf_skb_store_bytes(skb, at, buffer, len, flags));
	return TC_ACT_OK;
}
