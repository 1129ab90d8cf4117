// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "parse.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} next SEC(".maps");

SEC("xdp")
int jump(struct xdp_md *ctx)
{
	struct found found;

	if (find(ctx, &found, ETH_P_IP))
		return XDP_PASS;
	bpf_tail_call(ctx, &next, 0);
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
