/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mark.bpf.c - the stage alone
 */
#include "mark.h"

SEC("xdp")
int mark_stage(struct xdp_md *ctx)
{
	struct headers found;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
	return mark(&found);
}

char _license[] SEC("license") = "GPL";
