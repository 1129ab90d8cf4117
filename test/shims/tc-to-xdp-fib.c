/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-fib - routes asked for, and whether the packet fits where they lead
 *
 * The script has routes, by a device of 1400 bytes; its packets say what is asked, and take the
 * answer. With -DLENGTH they are made as long as just fits, or one byte longer.
 *
 * REQUIRES: bpf
 * RUN: %shims %s --verify=%S/xdp-to-tc-fib.sh --only=asked --only=fits --only=told
 * RUN: %shims %s -DLENGTH=1418 --verify=%S/xdp-to-tc-fib.sh --only=tag
 * RUN: %shims %s -DLENGTH=1419 --verify=%S/xdp-to-tc-fib.sh --only=none
 *
 * WRONG: asked: if (found || asked) => if (found)
 * WRONG: fits: return fits ? 8 => return 0 ? 8
 * WRONG: told: *tot_len = mtu; => ;
 * WRONG: tag: *ifindex, &mtu, -OPN_VLAN_HLEN, 0) => *ifindex, &mtu, 0, 0)
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

PROGRAM(fib)
{
	struct bpf_fib_lookup ask = {};
	unsigned char what[20];
	long result;

	if (bpf_skb_load_bytes(skb, 40, what, sizeof(what)))
		return TC_ACT_UNSPEC;
	ask.family = what[0];
	ask.tot_len = *(__u16 *)(what + 2);
	ask.ifindex = IFINDEX(skb);
	__builtin_memcpy(ask.ipv6_dst, what + 4, sizeof(ask.ipv6_dst));
#ifdef LENGTH
	if (bpf_skb_change_tail(skb, LENGTH, 0))
		return TC_ACT_SHOT;
#endif
	result = bpf_fib_lookup(skb, &ask, sizeof(ask), 0);
	bpf_skb_store_bytes(skb, 60, &result, sizeof(result), 0);
	bpf_skb_store_bytes(skb, 68, &ask, sizeof(ask), 0);
	return TC_ACT_UNSPEC;
}
