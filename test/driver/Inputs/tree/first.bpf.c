/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* first.bpf.c - counts, and drops what is too short */
#include "count.h"

static int helper(int length)
{
	return length < 20;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	count(0);
	return helper((int)(end - data)) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
