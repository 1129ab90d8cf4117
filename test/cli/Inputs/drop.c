/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* drop.c - one program that another hook can have */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *data_end = (void *)(long)ctx->data_end;

	return data + 64 > data_end ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
