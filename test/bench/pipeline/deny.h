/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * deny.h - sources that are not let in
 */
#include "stage.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, __be32);
	__type(value, __u64);
} denied SEC(".maps");

static __always_inline int deny(struct headers *found)
{
	__be32 key = found->ip->saddr;
	__u64 *hits = bpf_map_lookup_elem(&denied, &key);

	if (!hits)
		return XDP_PASS;
	__sync_fetch_and_add(hits, 1);
	return XDP_DROP;
}
