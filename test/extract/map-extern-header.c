/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-extern-header - maps and variables that a header declares and the source defines behind their use
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc | %FileCheck %s
 */
//--- maps.h
/* SPDX-License-Identifier: MIT */
struct counts_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct count);
};
extern struct counts_map counts SEC(".maps");
extern const volatile __u32 limit;
static inline void *count_of(__u32 key)
{
	return key < limit ? bpf_map_lookup_elem(&counts, &key) : 0;
}
//--- prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct count { __u64 packets; };
#include "maps.h"
SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return !count_of(ctx->data);
}
struct counts_map counts SEC(".maps");
const volatile __u32 limit = 10;
char _license[] SEC("license") = "GPL";
//--- check
CHECK: struct count { __u64 packets; };
CHECK: struct counts_map {
CHECK: extern struct counts_map counts SEC(".maps");
CHECK: extern const volatile __u32 limit;
CHECK: static inline void *count_of(__u32 key)
CHECK: int prog(
CHECK: {{^}}struct counts_map counts SEC(".maps");
CHECK: {{^}}const volatile __u32 limit = 10;
