/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* count.h - of the sample project: what its programs share */
#define SLOTS 4
#define EVERY 10

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static __always_inline __u64 count(__u32 slot)
{
	__u64 *hit = bpf_map_lookup_elem(&seen, &slot);

	return hit ? __sync_fetch_and_add(hit, 1) : 0;
}
