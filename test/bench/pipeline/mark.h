/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * mark.h - DSCP by destination
 */
#include "stage.h"

struct prefix {
	__u32 length;
	__be32 address;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} marks SEC(".maps");

static __always_inline int mark(struct headers *found)
{
	struct iphdr *ip = found->ip;
	struct prefix key = { 32, ip->daddr };
	__u32 *tos = bpf_map_lookup_elem(&marks, &key);

	if (!tos)
		return XDP_PASS;
	ip->check = replaced(ip->check, bpf_htons(ip->tos), bpf_htons((__u8)*tos));
	ip->tos = *tos;
	return XDP_PASS;
}
