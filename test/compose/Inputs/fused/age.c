// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "parse.h"

#define LIMIT 1

/* Counts down, and drops what is too old. */
SEC("xdp")
int age(struct xdp_md *ctx)
{
	struct found found;

	if (find(ctx, &found, ETH_P_IP))
		return XDP_DROP;
	if (found.ip->ttl <= LIMIT)
		return XDP_DROP;
	found.ip->ttl--;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
