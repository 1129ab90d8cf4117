// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * observer.bpf.c - counts the frames of the test beside the pipeline
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} arrived SEC(".maps");

static __always_inline void count(const void *data, const void *data_end)
{
	const __u16 *words = data;
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&arrived, &zero);

	if (value && (void *)(words + 7) <= data_end && words[6] == bpf_htons(0x88b5))
		__sync_fetch_and_add(value, 1);
}

SEC("tc")
int see_tc(struct __sk_buff *skb)
{
	count((void *)(long)skb->data, (void *)(long)skb->data_end);
	return TC_ACT_UNSPEC;
}

SEC("xdp")
int see_xdp(struct xdp_md *ctx)
{
	count((void *)(long)ctx->data, (void *)(long)ctx->data_end);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
