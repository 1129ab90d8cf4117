/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * sizes.h - a histogram of lengths
 */
#include "stage.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 32);
	__type(key, __u32);
	__type(value, __u64);
} lengths SEC(".maps");

static __always_inline int sizes(struct headers *found)
{
	__u32 key = bpf_ntohs(found->ip->tot_len) / 64;
	__u64 *packets;

	if (key > 31)
		key = 31;
	packets = bpf_map_lookup_elem(&lengths, &key);
	if (packets)
		++*packets;
	return XDP_PASS;
}
