/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * limit.h - a token bucket for each source
 */
#include "stage.h"

#define BUCKET 1000000

struct bucket {
	__u64 last, tokens;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 10240);
	__type(key, __be32);
	__type(value, struct bucket);
} buckets SEC(".maps");

static __always_inline int limit(struct headers *found)
{
	__be32 key = found->ip->saddr;
	__u64 now = bpf_ktime_get_ns(), tokens;
	struct bucket *bucket = bpf_map_lookup_elem(&buckets, &key);

	if (!bucket) {
		struct bucket first = { now, BUCKET };

		bpf_map_update_elem(&buckets, &key, &first, BPF_ANY);
		return XDP_PASS;
	}
	tokens = bucket->tokens + ((now - bucket->last) >> 3);
	if (tokens > BUCKET)
		tokens = BUCKET;
	bucket->last = now;
	bucket->tokens = tokens ? tokens - 1 : 0;
	return tokens ? XDP_PASS : XDP_DROP;
}
