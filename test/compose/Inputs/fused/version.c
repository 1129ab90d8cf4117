// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "parse.h"

/* Writes what find() reads. */
SEC("xdp")
int version(struct xdp_md *ctx)
{
	struct found found;

	if (find(ctx, &found, ETH_P_IP))
		return XDP_PASS;
	found.ip->version = found.ip->tos ? 4 : 6;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
