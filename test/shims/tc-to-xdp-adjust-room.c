/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-adjust-room - room made and taken away behind the MAC and behind the IP header
 *
 * With -DTYPE the Ethernet type is made to say what skb->protocol says, as a packet that goes on
 * wants it. With -DLATE the number of bytes is known only when the program runs. What is not
 * reached in those that grow is the driver's headroom at its end.
 *
 * REQUIRES: bpf
 * RUN: %shims %s -DBY=-20 --only=short --only=move --only=pulled --only=move-mac
 * RUN: %shims %s -DBY=-20 -DMODE=BPF_ADJ_ROOM_NET --only=net --only=move-v4
 * RUN: %shims %s -DBY=-20 -DMODE=BPF_ADJ_ROOM_NET --only=v6 --only=move-v6
 * RUN: %shims %s -DBY=20 --only=cleared --only=sign
 * RUN: %shims %s -DBY=8 -DMODE=BPF_ADJ_ROOM_NET --only=mode
 * RUN: %shims %s -DBY=40 -DTYPE -DFLAGS=BPF_F_ADJ_ROOM_ENCAP_L3_IPV6 --only=to-v6
 * RUN: %shims %s -DBY=20 -DTYPE -DFLAGS=BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 --only=to-v4
 * RUN: %shims %s -DBY=20 -DTYPE -DTWICE -DFLAGS=BPF_F_ADJ_ROOM_ENCAP_L3_IPV4 --only=twice
 * RUN: %shims %s -DBY=-40 -DTYPE -DFLAGS=DECAP_L3_IPV4 --only=least
 * RUN: %shims %s -DBY=-40 -DTYPE -DMODE=BPF_ADJ_ROOM_NET -DFLAGS=DECAP_L3_IPV4 --only=pull
 * RUN: %shims %s -DBY=-20 -DTYPE -DFLAGS=DECAP_L3_IPV6 --only=none
 * RUN: %shims %s -DBY=-20 -DTYPE -DMODE=BPF_ADJ_ROOM_NET -DFLAGS=DECAP_L3_IPV6 --only=none
 * RUN: %shims %s -DBY=0 '-DLATE=(data[0] & 127)' --only=bit --only=below
 * RUN: %shims %s -DBY=0 '-DLATE=(data[0] & 127)' -DMODE=BPF_ADJ_ROOM_NET --only=none
 * RUN: %shims %s -DBY=0 '-DLATE=((signed char)data[0])' --only=none
 *
 * Calls that are refused:
 * RUN: %shims %s -DBY=9 -DMODE=2 --only=modes
 * RUN: %shims %s -DBY=0x1000 --only=most
 * RUN: %shims %s -DBY=9 -DFLAGS=DECAP_L3_IPV4 --only=decap-grows
 * RUN: %shims %s -DBY=-9 '-DFLAGS=(DECAP_L3_IPV4 | DECAP_L3_IPV6)' --only=decap-both
 * RUN: %shims %s -DBY=9 -DFLAGS=0x400 --only=known
 * RUN: %shims %s -DBY=9 -DFLAGS=6 --only=encap-both
 * RUN: %shims %s -DBY=9 -DFLAGS=26 --only=encap-l4
 * RUN: %shims %s -DBY=9 -DFLAGS=66 --only=encap-l2
 * RUN: %shims %s -DBY=9 '-DFLAGS=(2 | BPF_F_ADJ_ROOM_ENCAP_L2(10))' --only=encap-longer
 * RUN: %shims %s -DBY=-9 -DFLAGS=2 --only=encap-shrinks
 *
 * WRONG: short: if (to + OPN_ETH_HLEN + min > end) => if (to + OPN_ETH_HLEN + min >= end)
 * WRONG: move: opn_head_move(to, data, head); => (void)head;
 * WRONG: pulled: opn_h_xdp_adjust_head(skb->xdp, len); => opn_h_xdp_adjust_head(skb->xdp, len - 2);
 * WRONG: move-mac: *(struct opn_head14 *)to = head; => ;
 * WRONG: move-v4: *(struct opn_head34 *)to = head; => ;
 * WRONG: move-v6: *(struct opn_head54 *)to = head; => ;
 * WRONG: below: return number & (power - 1); => return number & (power - 1) & 0x3f;
 * WRONG: net: OPN_ETH_HLEN + (mode == OPN_ROOM_NET ? base : 0) => OPN_ETH_HLEN
 * WRONG: v6: skb, OPN_IPV6_LEN, diff, => skb, OPN_IPV4_LEN, diff,
 * WRONG: cleared: __builtin_memset(__builtin_assume_aligned( => (void)(__builtin_assume_aligned(
 * WRONG: sign: adjust_head(skb->xdp, -(bytes => adjust_head(skb->xdp, (bytes
 * WRONG: mode: (mode == OPN_ROOM_NET ? base : 0) => (mode == OPN_ROOM_MAC ? base : 0)
 * WRONG: to-v6: opn_skb_rename(skb, OPN_ETH_P_IPV6); => (void)skb;
 * WRONG: to-v4: opn_skb_rename(skb, OPN_ETH_P_IP); => (void)skb;
 * WRONG: twice: return -OPN_EALREADY; => return 0;
 * WRONG: least: min = flags & OPN_ROOM_DECAP_IPV4 ? OPN_IPV4_LEN : OPN_IPV6_LEN; => ;
 * WRONG: pull: to + head > end) => to + head + 4 > end)
 * WRONG: bit: if (!(len & size)) => if (!(len & size & 0x7e))
 * WRONG: modes: (mode != OPN_ROOM_NET && mode != OPN_ROOM_MAC) => (0)
 * WRONG: most: diff > OPN_ROOM_MOST || => diff > 0x10000 ||
 * WRONG: decap-grows: if (diff >= 0 || (flags => if ((flags
 * WRONG: decap-both: || (flags & decap) == decap => || 0
 * WRONG: known: if (flags & ~known) => if (0)
 * WRONG: encap-both: if (flags & OPN_ROOM_ENCAP_IPV4 && => if (0 &&
 * WRONG: encap-l4: if (flags & OPN_ROOM_ENCAP_GRE && => if (0 &&
 * WRONG: encap-l2: if (flags & OPN_ROOM_ENCAP_ETH && => if (0 &&
 * WRONG: encap-longer: if (mac > len) => if (0)
 * WRONG: encap-shrinks: if (flags & ~shrinks) => if (0)
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#ifndef MODE
#define MODE BPF_ADJ_ROOM_MAC
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
/* The host's linux/bpf.h may be older than these, of Linux 6.3. */
#define DECAP_L3_IPV4 (1ULL << 7)
#define DECAP_L3_IPV6 (1ULL << 8)

PROGRAM(room)
{
	int late = 0;
#ifdef TYPE
	__u16 type;
#endif

#ifdef LATE
	unsigned char *data = DATA(skb);

	if (data + 20 <= DATA_END(skb))
		late = LATE;
#endif
	result(bpf_skb_adjust_room(skb, BY + late, MODE, FLAGS));
#ifdef TWICE
	result(bpf_skb_adjust_room(skb, BY + late, MODE, FLAGS));
#endif
	result(LEN(skb));
	result(skb->protocol);
#ifdef TYPE
	type = skb->protocol;
	bpf_skb_store_bytes(skb, 2 * ETH_ALEN, &type, sizeof(type), 0);
#endif
	return LEN(skb) > 100 ? TC_ACT_OK : TC_ACT_UNSPEC;
}
