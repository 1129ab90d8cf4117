/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-declared-only - a map that another object defines: the unit says so, and so does the user's terminal
 *
 * RUN: %unit -w "map 'shared' is only declared" prog %s -- %bpfcc | %FileCheck %s
 * RUN: cd %S && %opened-extract -f prog -o - map-declared-only.c -- %bpfcc 2>&1 >/dev/null | %FileCheck %s --check-prefix=TOLD
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct map_type {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u32);
};

extern struct map_type shared SEC(".maps");
extern struct map_type unused SEC(".maps");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&shared, &key);
}

char _license[] SEC("license") = "GPL";

// CHECK: struct map_type {
// CHECK: {{^}}extern struct map_type shared SEC(".maps");{{$}}
// CHECK-NOT: unused
//
// TOLD: map-declared-only.c:[[@LINE-17]]:24: warning: map 'shared' is only declared: it is instantiated in user code [-Wopened-map-declared-only]
// TOLD-NOT: unused
