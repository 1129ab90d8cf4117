/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * sample.bpf.c - the stage alone
 */
#include "sample.h"

SEC("xdp")
int sample_stage(struct xdp_md *ctx)
{
	struct headers found;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
	return sample(&found);
}

char _license[] SEC("license") = "GPL";
