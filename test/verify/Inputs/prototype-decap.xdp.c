/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * prototype-decap.xdp.c - the original: the frame begins 20 bytes later
 */
#include "prototype-decap.h"

SEC("xdp")
int decap(struct xdp_md *ctx)
{
	if (!prepare((void *)(long)ctx->data, (void *)(long)ctx->data_end))
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, (int)sizeof(struct iphdr)))
		return XDP_DROP;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
