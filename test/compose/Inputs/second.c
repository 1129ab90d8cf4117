// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Another layout than the first stage's. */
struct entry {
	__u32 a, b;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct entry);
} counters SEC(".maps");

const volatile __u32 limit = 9;
__u32 seen;

__attribute__((noinline)) int classify(__u32 length)
{
	return length < limit;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	__u32 key = 3;
	struct entry *entry = bpf_map_lookup_elem(&counters, &key);
	__u32 seen_before = seen++;

	if (entry)
		entry->a += seen_before;
	return classify(ctx->rx_queue_index) ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
