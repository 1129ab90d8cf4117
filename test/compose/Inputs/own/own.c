/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static inline int see(void)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&seen, &zero);

	if (!count)
		return -1;
	++*count;
	return 0;
}

/* Looks at no field of its context. */
SEC("xdp") int trim(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_head(ctx, 14) ? XDP_DROP : XDP_PASS;
}

SEC("xdp") int count(struct xdp_md *ctx)
{
	return ctx->data == ctx->data_end || see() ? XDP_DROP : XDP_PASS;
}

SEC("tc") int mark(struct __sk_buff *skb)
{
	skb->mark = 7;
	return -1;
}

SEC("tc") int tally(struct __sk_buff *skb)
{
	return see() ? 2 : -1;
}

char _license[] SEC("license") = "GPL";
