/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* second.bpf.c - counts, and drops frames to a group */
#include "count.h"

static int helper(unsigned char byte)
{
	return byte & 1;
}

SEC("xdp")
int second(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	count(1);
	if (data + 1 > end)
		return XDP_PASS;
	return helper(*data) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
