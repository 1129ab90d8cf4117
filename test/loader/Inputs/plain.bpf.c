// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// plain.bpf.c - a program as its author wrote it: no stage of any pipeline
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int mark(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
