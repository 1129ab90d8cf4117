/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * prototype-decap.h - decapsulation of IPv4 in IPv4, as both programs of prototype-decap.test say
 * it
 *
 * The Ethernet header is written to where the frame will begin, then everything in front of that is
 * cut off. So it is right only with a call that moves the frame's begin.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* Whether this is a frame to take the outer header off; its new Ethernet header then is in place.
 */
static __always_inline int prepare(void *data, void *end)
{
	struct ethhdr *old = data, *new = data + sizeof(struct iphdr);
	struct iphdr *outer = (void *)(old + 1), *inner = outer + 1;

	if ((void *)(inner + 1) > end || old->h_proto != bpf_htons(ETH_P_IP))
		return 0;
	if (outer->ihl != 5 || outer->protocol != IPPROTO_IPIP)
		return 0;
	__builtin_memmove(new->h_source, old->h_source, ETH_ALEN);
	__builtin_memmove(new->h_dest, old->h_dest, ETH_ALEN);
	new->h_proto = bpf_htons(ETH_P_IP);
	return 1;
}
