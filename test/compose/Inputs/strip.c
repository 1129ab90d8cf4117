// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* strip.c - takes the first four bytes off each packet */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int strip(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, 4) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
