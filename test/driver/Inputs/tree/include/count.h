/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef COUNT_H
#define COUNT_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static __always_inline void count(__u32 slot)
{
	__u64 *value = bpf_map_lookup_elem(&seen, &slot);

	if (value)
		__sync_fetch_and_add(value, 1);
}

#endif
