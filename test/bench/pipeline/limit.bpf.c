/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * limit.bpf.c - the stage alone
 */
#include "limit.h"

SEC("xdp")
int limit_stage(struct xdp_md *ctx)
{
	struct headers found;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
	return limit(&found);
}

char _license[] SEC("license") = "GPL";
