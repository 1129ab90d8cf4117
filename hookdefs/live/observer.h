/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * observer.h - what the observer tells of a packet that the stack would have been given
 */
#ifndef OPN_LIVE_OBSERVER_H
#define OPN_LIVE_OBSERVER_H

#include <linux/types.h>

#define OPN_SEEN_BYTES	    16384 /* of a packet, at most; a power of two */
#define OPN_NETWORK_UNKNOWN 0xffff

struct opn_seen {
	__u32 length;	       /* of the packet, from its link layer header on */
	__u32 linear;	       /* how much of it a program can read directly */
	__u32 captured;	       /* how many bytes follow */
	__u32 ingress_ifindex; /* where it came in */
	__u32 protocol;	       /* as the stack will dispatch it, host order */
	__u32 network_offset;  /* where the stack will look for the network header */
	__u32 vlan_present, vlan_tci, vlan_protocol; /* of a tag beside the bytes, host order */
	__u32 packet_type;			     /* PACKET_HOST ... */
	__u32 mark, priority;
	__u32 gso_size, gso_segments;
};

/* Elements of the array "counts". */
enum opn_seen_count {
	OPN_SEEN_PACKETS,
	OPN_SEEN_GSO,	     /* of several segments */
	OPN_SEEN_NON_LINEAR, /* with bytes that a program cannot read directly */
	OPN_SEEN_LOST,	     /* for which the ring had no room */
	OPN_SEEN_COUNTS,
};

#endif
