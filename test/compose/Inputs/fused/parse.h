/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct found {
	struct iphdr *ip;
	__u32 length;
};

static __always_inline int find(struct xdp_md *ctx, struct found *found, __u16 type)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(type) || ip->version != 4)
		return -1;
	found->ip = ip;
	found->length = end - data;
	return 0;
}
