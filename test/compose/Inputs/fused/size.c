// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "parse.h"

#define LIMIT 1500

enum answer { YES, NO };

static __always_inline enum answer fits(__u32 length)
{
	return length <= LIMIT ? YES : NO;
}

/* Passes what it cannot read, other than age.c. */
SEC("xdp")
int size(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	struct ethhdr *eth = data;
	struct found mine;

	if (find(ctx, &mine, ETH_P_IP) < 0)
		return XDP_PASS;
	if (eth->h_dest[0] & 1)
		return XDP_PASS;
	return fits(mine.length) == YES ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
