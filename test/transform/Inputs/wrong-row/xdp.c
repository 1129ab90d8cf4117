/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* xdp.c - every field that a program keeps or gets under another name, and what comes of it in a map */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static __always_inline void see(__u32 slot, __u64 what)
{
	__u64 *value = bpf_map_lookup_elem(&seen, &slot);

	if (value)
		*value += what;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	see(0, ctx->ingress_ifindex);
	see(1, ctx->rx_queue_index);
	see(2, bpf_xdp_get_buff_len(ctx));
	if ((void *)(long)ctx->data_meta + 4 <= (void *)data)
		see(3, *(__u32 *)(long)ctx->data_meta);
	if (data + 20 > end)
		return XDP_DROP;
	see(4, data[19]);
	return data[0] & 1 ? XDP_PASS : XDP_TX;
}

char _license[] SEC("license") = "GPL";
