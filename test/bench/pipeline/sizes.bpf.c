/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * sizes.bpf.c - the stage alone
 */
#include "sizes.h"

SEC("xdp")
int sizes_stage(struct xdp_md *ctx)
{
	struct headers found;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
	return sizes(&found);
}

char _license[] SEC("license") = "GPL";
