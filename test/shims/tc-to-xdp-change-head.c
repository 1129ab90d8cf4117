/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-change-head - zeros in front of the packet
 *
 * With -DDIRTY other bytes are there before. With -DBY=late the number of bytes is known only when
 * the program runs. What is not reached is the driver's headroom at its end.
 *
 * REQUIRES: bpf
 * RUN: %shims %s -DBY=14 --only=network --only=sign
 * RUN: %shims %s -DBY=14 -DDIRTY --only=cleared
 * RUN: %shims %s -DBY=4 -DFLAGS=1 --only=flags
 * RUN: %shims %s -DBY=150 -DDIRTY --only=many
 * RUN: %shims %s -DBY=late --only=none
 *
 * WRONG: cleared: opn_skb_clear(skb, data, 0, len); => (void)data;
 * WRONG: network: skb->network += len; => ;
 * WRONG: sign: adjust_head(skb->xdp, -(bytes => adjust_head(skb->xdp, (bytes
 * WRONG: flags: if (flags || len > 0x7fffffff) => if (len > 0x7fffffff)
 * WRONG: many: if (!(len & size)) => if (!(len & size & 0x7f))
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#ifndef FLAGS
#define FLAGS 0
#endif

PROGRAM(head)
{
	unsigned char buffer[8], *data = DATA(skb);
	int late = 0;

	if (data + 20 <= DATA_END(skb))
		late = data[0] & 127;
#ifdef DIRTY
	bpf_skb_adjust_room(skb, -8, BPF_ADJ_ROOM_MAC, 0);
#endif
	result(bpf_skb_change_head(skb, BY, FLAGS));
	result(LEN(skb));
	/* What the network header is behind. */
	result(bpf_skb_load_bytes_relative(skb, 0, buffer, sizeof(buffer), BPF_HDR_START_NET));
	result(*(__u64 *)buffer);
	return late & 1 ? TC_ACT_OK : TC_ACT_UNSPEC;
}
