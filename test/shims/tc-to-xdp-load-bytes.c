/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-load-bytes - bytes loaded from where the packet says
 *
 * A load that fails clears the buffer, of whose contents the sum is compared. With -DLATE the
 * length is known only when the program runs, and the buffer is looked at after success only.
 *
 * REQUIRES: bpf
 * RUN: %shims %s --only=cleared --only=place
 * RUN: %shims %s -DLOAD=bpf_skb_load_bytes_relative -DSTART=,BPF_HDR_START_NET --only=network
 * RUN: %shims %s -DLOAD=bpf_skb_load_bytes_relative -DSTART=,BPF_HDR_START_MAC --only=far
 * RUN: %shims %s -DLOAD=bpf_skb_load_bytes_relative -DSTART=,2 --only=start
 * RUN: %shims %s -DLATE --only=none
 *
 * WRONG: cleared: __builtin_memset(to, 0, len); => (void)len;
 * WRONG: place: opn_h_xdp_load_bytes(skb->xdp, offset, to, len), to, len) => opn_h_xdp_load_bytes(skb->xdp, offset + 1, to, len), to, len)
 * WRONG: network: offset + (start ? skb->network : 0) => offset
 * WRONG: far: if (start > 1 || offset > 0xffff) => if (start > 1 || offset > 0xff)
 * WRONG: start: if (start > 1 || => if (start > 2 ||
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#ifndef LOAD
#define LOAD bpf_skb_load_bytes
#endif
#ifndef START
#define START
#endif

PROGRAM(load)
{
	unsigned char *data = DATA(skb);
	unsigned char buffer[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	unsigned int at = 0, len = sizeof(buffer), i;
	unsigned long long sum = 0;
	long error;

	if (data + 20 <= DATA_END(skb)) {
		at = data[0] + ((data[1] & 3) << 8) + ((data[2] & 1) << 16) + ((data[2] & 2) << 30);
#ifdef LATE
		len = (data[4] & 15) + 1;
#endif
	}
	error = LOAD(skb, at, buffer, len START);
	result(error);
#ifdef LATE
	if (error)
		return TC_ACT_OK;
#endif
	for (i = 0; i < sizeof(buffer); i++)
		sum = sum * 31 + buffer[i];
	result(sum);
	return TC_ACT_OK;
}
