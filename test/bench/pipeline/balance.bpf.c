/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * balance.bpf.c - the stage alone
 */
#include "balance.h"

SEC("xdp")
int balance_stage(struct xdp_md *ctx)
{
	struct headers found;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
	return balance(&found);
}

char _license[] SEC("license") = "GPL";
