/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * config.h - what an operator of the edge decides at build time
 *
 * Values can be replaced with -D. The switches below "what is built in" are tested with #ifdef, in
 * function bodies too: comment one out and the program behaves differently without any other line
 * changing. What has to change without a rebuild is a `const volatile` variable of its program.
 */
#ifndef EDGE_CONFIG_H
#define EDGE_CONFIG_H

/* ---- sizes ------------------------------------------------------------------------------- */

#ifndef EDGE_MAX_VIPS
#define EDGE_MAX_VIPS 64
#endif

#ifndef EDGE_MAX_REALS
#define EDGE_MAX_REALS 1024
#endif

/* Slots of one VIP's hash ring. A prime spreads reals evenly, see the Maglev paper, section 3.4. */
#ifndef EDGE_RING_SIZE
#define EDGE_RING_SIZE 1021
#endif

#define EDGE_RINGS_SIZE (EDGE_MAX_VIPS * EDGE_RING_SIZE)

#ifndef EDGE_MAX_CPUS
#define EDGE_MAX_CPUS 128
#endif

/* Connections remembered by each CPU, and by all CPUs that have no table of their own. */
#ifndef EDGE_CONNECTIONS
#define EDGE_CONNECTIONS 4096
#endif

#define EDGE_FALLBACK_CONNECTIONS 1024

#define EDGE_MAX_RULES	    4096
#define EDGE_MAX_PORT_RULES 32
#define EDGE_MAX_SOURCES    8192
#define EDGE_MAX_CLASSES    256

/* ---- what the parsers accept --------------------------------------------------------------- */

#define EDGE_MAX_VLANS	     2
#define EDGE_MAX_EXT_HEADERS 4

/* ---- tunnels ------------------------------------------------------------------------------- */

#define EDGE_GUE_PORT 6080 /* IANA: gue */
#define EDGE_TTL      64

#ifndef EDGE_MTU
#define EDGE_MTU 1500
#endif

/* ---- time ---------------------------------------------------------------------------------- */

#define EDGE_SECOND_NS	    1000000000ULL
#define EDGE_UDP_TIMEOUT_NS (30 * EDGE_SECOND_NS)

/* New connections per second and CPU that are remembered; a SYN flood must not flush the table. */
#ifndef EDGE_FLOOD_LIMIT
#define EDGE_FLOOD_LIMIT 125000
#endif

#ifndef EDGE_LIMIT_INTERVAL_NS
#define EDGE_LIMIT_INTERVAL_NS (EDGE_SECOND_NS / 1000)
#endif

#ifndef EDGE_LIMIT_BURST
#define EDGE_LIMIT_BURST 64
#endif

/* ---- samples ------------------------------------------------------------------------------- */

#define EDGE_SAMPLE_BYTES 64
#ifndef EDGE_SAMPLE_EVERY
#define EDGE_SAMPLE_EVERY 1024
#endif

/* ---- what is built in ---------------------------------------------------------------------- */

/* The outer header gets the inner one's DSCP and ECN, so that the fabric queues both alike. */
#define EDGE_COPY_INNER_TOS

/* The outer source (IPv4) or flow label (IPv6) differs per flow: receivers spread it with RSS. */
#define EDGE_SOURCE_ENTROPY

/* Congestion that the tunnel met is handed to the inner header: RFC 6040. */
#define EDGE_ECN_DECAP

/* Remember no more than EDGE_FLOOD_LIMIT connections a second. */
#define EDGE_FLOOD_GUARD

/*
 * Given on the command line, not here, because both builds are shipped:
 *   EDGE_WITH_GUE     the balancer can also wrap in GUE, chosen for each real
 *   EDGE_SAMPLE_PERF  the sampler writes to a perf buffer: kernels before 5.8 have no ring buffer
 */

#endif /* EDGE_CONFIG_H */
