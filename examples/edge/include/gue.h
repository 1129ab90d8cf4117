/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * gue.h - Generic UDP Encapsulation: draft-ietf-intarea-gue-09
 */
#ifndef EDGE_GUE_H
#define EDGE_GUE_H

#include <stdbool.h>
#include <linux/in.h>
#include <linux/types.h>
#include <linux/udp.h>

#define EDGE_GUE_VARIANT(first) ((first) >> 6)
#define EDGE_GUE_CONTROL	0x20
#define EDGE_GUE_WORDS		0x1f /* optional fields, in words of four bytes */

#pragma pack(push, 1)

/* Variant 0. Variant 1 has no header: its two bits are those that begin an IP version field. */
struct edge_gue {
	__u8 first; /* variant, control bit, length of the optional fields */
	__u8 protocol;
	__be16 flags;
};

struct edge_udp_gue {
	struct udphdr udp;
	struct edge_gue gue;
};

#pragma pack(pop)

_Static_assert(sizeof(struct edge_udp_gue) == 12, "goes onto the wire");

#endif /* EDGE_GUE_H */
