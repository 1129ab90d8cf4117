/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * count.bpf.c - the stage alone
 */
#include "count.h"

SEC("xdp")
int count_stage(struct xdp_md *ctx)
{
	struct headers found;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
	return count(&found);
}

char _license[] SEC("license") = "GPL";
