// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* sample.bpf.c - of the sample project: two programs */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <count.h>

SEC("xdp")
int drop_some(struct xdp_md *ctx)
{
	return count(0) % EVERY ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int count_all(struct xdp_md *ctx)
{
	count(1);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
