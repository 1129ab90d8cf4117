/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* counts.bpf.c - two programs with a map that they share */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

static __always_inline int count(__u32 slot)
{
	__u64 *value = bpf_map_lookup_elem(&hits, &slot);

	if (value)
		*value += 1;
	return 0;
}

SEC("socket")
int first(struct __sk_buff *skb)
{
	return count(0);
}

SEC("socket")
int second(struct __sk_buff *skb)
{
	return count(1);
}

char _license[] SEC("license") = "GPL";
