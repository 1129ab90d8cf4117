/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * deny.bpf.c - the stage alone
 */
#include "deny.h"

SEC("xdp")
int deny_stage(struct xdp_md *ctx)
{
	struct headers found;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
	return deny(&found);
}

char _license[] SEC("license") = "GPL";
