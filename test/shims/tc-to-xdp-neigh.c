/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-neigh - packets sent out of a device to a next hop, whose address the neighbour table
 * tells
 *
 * A test run stops before the kernel does that, so the script sends frames into one device and looks
 * at what leaves by another. Its frames say what bpf_redirect_neigh() is called with.
 *
 * REQUIRES: bpf
 * RUN: %shims %s --verify=%S/tc-to-xdp-neigh.py
 *
 * WRONG: destination: __builtin_memcpy(head, route.destination, => __builtin_memcpy(head, route.source,
 * WRONG: source: __builtin_memcpy(head + 3, route.source, => __builtin_memcpy(head + 3, route.destination,
 * WRONG: type: head[6] = skb->protocol; => head[6] = 8;
 * WRONG: unwritten: head[6] = skb->protocol; => opn_h_redirect(ifindex, 0); return OPN_TC_REDIRECT;
 * WRONG: device: route.ifindex = ifindex; => route.ifindex = skb->xdp->ingress_ifindex;
 * WRONG: input: sizeof(route), OPN_FIB_OUTPUT) => sizeof(route), 0)
 * WRONG: unknown: return OPN_TC_OK; => return OPN_TC_SHOT;
 * WRONG: unreachable: if (found == OPN_FIB_NO_NEIGH || (!found && => if (found == OPN_FIB_NO_NEIGH || (!0 &&
 * WRONG: hop: opn_route_ask(skb, size ? params : (void *)0, &route) => opn_route_ask(skb, (void *)0, &route)
 * WRONG: flags: if (flags || (size && => if ((size &&
 * WRONG: size: size < (int)sizeof(struct opn_hop) => size < 4
 * WRONG: family: is_v4 && (!hop || hop->family == OPN_AF_INET) => is_v4
 * WRONG: nobody: hop->family != OPN_AF_INET && hop->family != OPN_AF_INET6 => 0
 * WRONG: other: if (!is_v4 && skb->protocol != OPN_NET16(OPN_ETH_P_IPV6)) => if (skb->pkt_type == 77)
 * WRONG: to-v4: ask->to[0] = word[4]; => ask->to[0] = word[3];
 * WRONG: to-v6: __builtin_memcpy(ask->to, &word[6] => __builtin_memcpy(ask->to, &word[2]
 * WRONG: service: *(unsigned char *)&ask->flow = => ask->tot_len = 0 *
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

/* Of struct bpf_redir_neigh, which older headers lack. */
struct hop {
	__u32 family;
	__u32 address[4];
};

PROGRAM(neigh)
{
	struct {
		__u32 ifindex, size, flags;
		struct hop hop;
	} what;

	if (bpf_skb_load_bytes(skb, 60, &what, sizeof(what)))
		return TC_ACT_UNSPEC;
	if (what.size == sizeof(what.hop))
		return bpf_redirect_neigh(what.ifindex, (void *)&what.hop, sizeof(what.hop), what.flags);
	if (what.size)
		return bpf_redirect_neigh(what.ifindex, (void *)&what.hop, 8, what.flags);
	return bpf_redirect_neigh(what.ifindex, (void *)0, 0, what.flags);
}
