/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the sources of one project share. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifndef SLOTS
#define SLOTS 4
#endif

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} all_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} flows SEC(".maps");

static __always_inline void note(__u32 slot)
{
	__u64 *count = bpf_map_lookup_elem(&all_stats, &slot);

	if (count)
		__sync_fetch_and_add(count, 1);
	bpf_map_delete_elem(&flows, &slot);
}

char _license[] SEC("license") = "GPL";
