/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * count.h - packets and bytes by protocol
 */
#include "stage.h"

struct total {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct total);
} totals SEC(".maps");

static __always_inline int count(struct headers *found)
{
	__u32 key = found->ip->protocol;
	struct total *total = bpf_map_lookup_elem(&totals, &key);

	if (total) {
		total->packets++;
		total->bytes += found->end - found->data;
	}
	return XDP_PASS;
}
