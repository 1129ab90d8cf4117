/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * live_net.h - a network namespace of our own, with the devices that a live run needs
 *
 * The namespace belongs to one thread (unshare(2) is per thread) and has no name: it and all that
 * is in it are gone when the thread has ended and its descriptors are closed, whatever ended it.
 * Nothing is pinned, nothing persists, no process is started. Two runs beside each other share
 * nothing, so interfaces have the same numbers in each.
 *
 * Where the stack is watched: a program at tc that returns "ok" ends the chain of programs, so no
 * program at tc is behind all others. The next place in net/core/dev.c:
 * __netif_receive_skb_core() is netfilter's ingress hook. There a rule forwards each packet out of
 * a device that exists for this only (net/netfilter/nft_fwd_netdev.c: the link layer header is put
 * back in front, all other fields stay), and the observer runs at that device's egress. The stack
 * itself gets nothing, so it sends no answers that could be taken for a program's doing.
 */
#ifndef OPN_VERIFY_LIVE_NET_H
#define OPN_VERIFY_LIVE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of the interfaces: 1 is the loopback. */
#define OPN_LIVE_DEVICE	   2  /* the one under test */
#define OPN_LIVE_HOPS	   4  /* devices to which programs may redirect ... */
#define OPN_LIVE_FIRST_HOP 3  /* ... and the first one's number */
#define OPN_LIVE_PEER	   20 /* of a veth */
#define OPN_LIVE_WATCH	   21 /* the observer's */
#define OPN_LIVE_STREAM	   22 /* the one under test in transfers; its peer is elsewhere */

enum opn_live_device {
	OPN_LIVE_TAP,  /* as a NIC: a driver's hook, one queue, no offloads */
	OPN_LIVE_VETH, /* packets that are the kernel's own from the start */
};

struct opn_live_net;

/* What happens at netfilter's ingress hook to what the tested programs let pass. */
enum opn_live_watch {
	OPN_WATCH_TAKE, /* only the observer gets it */
	OPN_WATCH_COPY, /* the observer gets a copy, the stack the original */
};

/* Moves the calling thread into a new network namespace without any address or automatic traffic.
 * Returns 0 or -errno. The thread is to end after opn_live_net_leave(). */
int opn_live_net_enter(struct opn_live_net **out);
void opn_live_net_leave(struct opn_live_net *net);
/* What was tried last, for the report of an error: "create a TAP device". */
const char *opn_live_net_doing(const struct opn_live_net *net);
/* For what others do in it. */
void opn_live_net_do(struct opn_live_net *net, const char *doing);

/* Creates a TAP and returns its descriptor, non-blocking: a frame that is written to it is
 * received, what is transmitted can be read. -errno. The device is up and goes with the
 * descriptor. */
int opn_live_net_tap(struct opn_live_net *net, unsigned int ifindex, const uint8_t mac[6],
		     unsigned int mtu);
/* Creates a veth pair, both ends in the namespace and up. */
int opn_live_net_veth(struct opn_live_net *net, unsigned int ifindex, unsigned int peer,
		      const uint8_t mac[6], const uint8_t peer_mac[6], unsigned int mtu);
/* Puts the watch on a device. */
int opn_live_net_watch(struct opn_live_net *net, unsigned int ifindex, enum opn_live_watch watch);
/* A packet socket on a device: non-blocking, with VLAN tags told beside the bytes. It does not see
 * what the device sends. Returns the descriptor or -errno. */
int opn_live_net_packet_socket(struct opn_live_net *net, unsigned int ifindex);

/* Creates a veth pair whose peer is in a second namespace, with addresses, known to each other, on
 * both ends. Of what it returns, opn_live_net_listen() is in ours and opn_live_net_connect() in the
 * second one. */
int opn_live_net_stream(struct opn_live_net *net, unsigned int ifindex);
/* A TCP socket that listens at the tested end, and one from the other end that connects to it; both
 * are non-blocking. Return the descriptor or -errno. */
int opn_live_net_listen(struct opn_live_net *net, uint16_t port);
int opn_live_net_connect(struct opn_live_net *net, uint16_t port);

#endif
