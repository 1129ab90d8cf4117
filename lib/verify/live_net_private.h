/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * live_net_private.h - what the files that make a live network share
 */
#ifndef OPN_VERIFY_LIVE_NET_PRIVATE_H
#define OPN_VERIFY_LIVE_NET_PRIVATE_H

#include <libmnl/libmnl.h>

#include "live_net.h"

struct opn_live_net {
	struct mnl_socket *route, *filter; /* NETLINK_ROUTE, NETLINK_NETFILTER */
	unsigned int sequence;
	int here, there; /* the namespaces' descriptors; there is -1 until it is made */
	bool has_table;
	const char *doing;
};

/* Sends a request and waits for the kernel's answer. Returns 0 or -errno. */
int opn_live_net_request(struct mnl_socket *socket, const void *request, size_t size,
			 unsigned int first, unsigned int answers);

/* ---- interfaces, by rtnetlink ---- */

/* Brings an interface up with a link layer address and a size of packets. */
int opn_live_link_set(struct opn_live_net *net, unsigned int ifindex, const uint8_t mac[6],
		      unsigned int mtu);
/* peer_namespace: where the peer is made, or -1. */
int opn_live_link_veth(struct opn_live_net *net, unsigned int ifindex, unsigned int peer,
		       int peer_namespace);
/* address: 4 bytes in network order, of a network of 24 bits. */
int opn_live_address_add(struct opn_live_net *net, unsigned int ifindex, const uint8_t address[4]);
int opn_live_neighbour_add(struct opn_live_net *net, unsigned int ifindex, const uint8_t address[4],
			   const uint8_t mac[6]);

#endif
