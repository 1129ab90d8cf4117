/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program-bare.bpf.c - compiled without debug information
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

static __attribute__((noinline)) int twice(int length)
{
	if (length > 100)
		return length;
	return 2 * length;
}

SEC("xdp")
int bare(struct xdp_md *ctx)
{
	return twice((int)(ctx->data_end - ctx->data)) + (int)bpf_ktime_get_ns();
}
