/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * csum.h - the Internet checksum: RFC 1071, and RFC 1624 for changes in place
 *
 * Sums are in network byte order like the words that went in; the result can be stored as it is.
 */
#pragma once

#include <linux/ip.h>
#include <linux/types.h>

#include "config.h"

/* Folds the carries back and inverts. Three times, for sums of more than 32 bits. */
static __always_inline __u16 edge_csum_fold(__u64 sum)
{
#pragma unroll
	for (int i = 0; i < 3; i++)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* The checksum of a header without options. With a right .check in it the result is 0. */
static __always_inline __u16 edge_csum_ipv4(const struct iphdr *ip)
{
	const __u16 *word = (const __u16 *)ip;
	__u64 sum = 0;

#pragma unroll
	for (unsigned int i = 0; i < sizeof(*ip) / 2; i++)
		sum += word[i];
	return edge_csum_fold(sum);
}

/* What a checksum becomes when one word under it changes: RFC 1624, equation 3. */
static __always_inline __u16 edge_csum_replace(__u16 check, __u16 old, __u16 new)
{
	return edge_csum_fold((__u64)(__u16)~check + (__u16)~old + new);
}
