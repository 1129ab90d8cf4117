/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * ports.h - ports that are closed
 */
#include "stage.h"

struct port {
	__be16 port;
	__u8 protocol, unused;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct port);
	__type(value, __u8);
} closed SEC(".maps");

static __always_inline int ports(struct headers *found)
{
	struct port key = { found->dest, found->ip->protocol, 0 };

	return bpf_map_lookup_elem(&closed, &key) ? XDP_DROP : XDP_PASS;
}
