/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * ports.bpf.c - the stage alone
 */
#include "ports.h"

SEC("xdp")
int ports_stage(struct xdp_md *ctx)
{
	struct headers found;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
	return ports(&found);
}

char _license[] SEC("license") = "GPL";
