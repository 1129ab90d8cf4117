// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* chain.c - drops packets of more than 100 bytes */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int sizes(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data > 100 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
