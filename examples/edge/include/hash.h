/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * hash.h - Bob Jenkins' lookup3 over a few words
 *
 * Every balancer must choose the same real for a flow, so this may never change.
 */
#ifndef EDGE_HASH_H
#define EDGE_HASH_H

#include <linux/types.h>

#include "types.h"

#define EDGE_ROTATE(word, bits) (((word) << (bits)) | ((word) >> (32 - (bits))))

#define EDGE_HASH_STEP(a, b, c, bits)                                                              \
	do {                                                                                       \
		a -= c;                                                                            \
		a ^= EDGE_ROTATE(c, bits);                                                         \
		c += b;                                                                            \
	} while (0)

#define EDGE_HASH_FINISH(a, b, c, bits)                                                            \
	do {                                                                                       \
		a ^= b;                                                                            \
		a -= EDGE_ROTATE(b, bits);                                                         \
	} while (0)

#define EDGE_HASH_SEED 0xdeadbeef

static __always_inline __u32 edge_hash(const __u32 *words, const int count, __u32 seed)
{
	__u32 a = EDGE_HASH_SEED + (count << 2) + seed, b = a, c = a;
	int i;

#pragma unroll
	for (i = 0; i + 3 < count; i += 3) {
		a += words[i];
		b += words[i + 1];
		c += words[i + 2];
		EDGE_HASH_STEP(a, b, c, 4);
		EDGE_HASH_STEP(b, c, a, 6);
		EDGE_HASH_STEP(c, a, b, 8);
		EDGE_HASH_STEP(a, b, c, 16);
		EDGE_HASH_STEP(b, c, a, 19);
		EDGE_HASH_STEP(c, a, b, 4);
	}
	if (count - i > 2)
		c += words[i + 2];
	if (count - i > 1)
		b += words[i + 1];
	if (count - i > 0)
		a += words[i];
	EDGE_HASH_FINISH(c, b, a, 14);
	EDGE_HASH_FINISH(a, c, b, 11);
	EDGE_HASH_FINISH(b, a, c, 25);
	EDGE_HASH_FINISH(c, b, a, 16);
	EDGE_HASH_FINISH(a, c, b, 4);
	EDGE_HASH_FINISH(b, a, c, 14);
	EDGE_HASH_FINISH(c, b, a, 24);
	return c;
}

/* Who talks to what; without_sport leaves the client's port out. */
static __always_inline __u32 edge_hash_flow(const struct edge_flow *flow, bool without_sport)
{
	__u32 words[5];

	words[4] = (__u32)(without_sport ? 0 : flow->sport) << 16 | flow->dport;
	if (flow->family == EDGE_IPV4) {
		words[3] = flow->src.v4;
		return edge_hash(&words[3], 2, flow->protocol);
	}
	__builtin_memcpy(words, flow->src.v6, sizeof(flow->src.v6));
	return edge_hash(words, 5, flow->protocol);
}

#endif /* EDGE_HASH_H */
