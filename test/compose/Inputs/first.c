// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct entry {
	__u64 counters;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct entry);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} first_only SEC(".maps");

const volatile __u32 limit = 7;
__u64 seen;

#define COUNTERS (&counters)

__attribute__((noinline)) int classify(__u32 length)
{
	int limit_of_it = length > limit;

	return limit_of_it;
}

SEC("xdp")
int filter(struct xdp_md *ctx)
{
	__u32 key = ctx->data_end - ctx->data;
	struct entry *counters_entry = bpf_map_lookup_elem(COUNTERS, &key);

	seen++;
	if (counters_entry)
		counters_entry->counters++;
	bpf_map_delete_elem(&first_only, &key);
	return classify(key) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
