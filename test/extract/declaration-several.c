/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * declaration-several - several names in one statement are one text
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair { int a, b; } first, *second = &first, third[2];

int lone;

typedef struct pair pair_t, *pair_p;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, pair_t);
} left SEC(".maps"), right SEC(".maps");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = 0;
	pair_p found = bpf_map_lookup_elem(&right, &key);

	return found ? found->b + second->a : third[1].b;
}

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}struct pair { int a, b; } first, *second = &first, third[2];{{$}}
// CHECK-NOT: lone
// CHECK: {{^}}typedef struct pair pair_t, *pair_p;{{$}}
// CHECK-NOT: typedef
// CHECK: {{^}}} left SEC(".maps"), right SEC(".maps");{{$}}
// CHECK-NOT: SEC(".maps")
