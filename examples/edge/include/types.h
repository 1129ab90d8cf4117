/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * types.h - what the programs and their operator agree on: keys and values of maps, samples
 *
 * Also included by user space, so nothing in here needs a BPF header. Addresses and ports are in
 * network byte order wherever they are stored.
 */
#ifndef EDGE_TYPES_H
#define EDGE_TYPES_H

#include <linux/types.h>

#include "config.h"

enum edge_family {
	EDGE_IPV4 = 4,
	EDGE_IPV6 = 6,
};

struct edge_address {
	union {
		__be32 v4;
		__be32 v6[4];
	};
};

/* One direction of one connection. Has no hidden padding: it is the key of a hash map. */
struct edge_flow {
	struct edge_address src;
	struct edge_address dst;
	__be16 sport;
	__be16 dport;
	__u8 protocol;
	__u8 family; /* enum edge_family */
	__u16 unused;
};

_Static_assert(sizeof(struct edge_flow) == 40, "a flow is a map key and must have no padding");

/* ---- balancer ------------------------------------------------------------------------------ */

struct edge_vip_key {
	struct edge_address address;
	__be16 port; /* 0: all ports; of ICMP: answer echo requests */
	__u8 protocol;
	__u8 family;
};

enum edge_vip_flags {
	EDGE_VIP_NO_TABLE = 1 << 0, /* every packet asks the ring: DNS and the like */
	EDGE_VIP_NO_SPORT = 1 << 1, /* a client keeps its real over all its connections */
};

struct edge_vip {
	__u32 ring; /* which of the EDGE_MAX_VIPS rings */
	__u32 flags;
};

enum edge_real_flags {
	EDGE_REAL_GUE = 1 << 0,
};

struct edge_real {
	struct edge_address address;
	__u8 family; /* 0: there is no such real */
	__u8 flags;
	__u16 unused;
};

struct edge_connection {
	__u64 seen; /* ns, only kept for UDP */
	__u32 real;
	__u32 unused;
};

/* ---- access list --------------------------------------------------------------------------- */

enum edge_action {
	EDGE_ALLOW,
	EDGE_DENY,
	EDGE_ASK_PORTS, /* the source is neither: the port rules decide */
};

struct edge_prefix4 {
	__u32 length;
	__be32 address;
};

struct edge_prefix6 {
	__u32 length;
	__be32 address[4];
};

struct edge_rule {
	__u32 action; /* enum edge_action */
	__u32 hits;
};

struct edge_port_rule {
	__u16 first, last; /* host byte order; last 0: the rule is unused */
	__u8 protocol;	   /* 0: any */
	__u8 action;	   /* EDGE_ALLOW or EDGE_DENY */
	__u16 unused;
};

/* ---- marker -------------------------------------------------------------------------------- */

struct edge_class {
	__u32 mark;
	__u8 deny;
	__u8 unused[3];
};

/* ---- what leaves the kernel ---------------------------------------------------------------- */

struct edge_count {
	__u64 packets;
	__u64 bytes;
};

#pragma pack(push, 1)

/* A sampled packet, as the collector reads it from the buffer and sends it on. */
struct edge_sample {
	__u64 time; /* ns since boot */
	__u32 ifindex;
	__u32 length;
	__u16 ethertype; /* behind VLAN tags, host byte order */
	__u8 protocol;	 /* 0: not IP, or no whole header */
	__u8 captured;	 /* how many of bytes are valid */
	__u8 bytes[EDGE_SAMPLE_BYTES];
};

#pragma pack(pop)

_Static_assert(sizeof(struct edge_sample) == 20 + EDGE_SAMPLE_BYTES,
	       "collectors of the last release read this");

#endif /* EDGE_TYPES_H */
