/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-forms - BTF maps as variables of unnamed and named types, as typedefs and by a macro
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %unit pinned_only %s -- %bpfcc | %FileCheck %s --check-prefix=PINNED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ENTRIES 8
#define HASH_MAP(name, k, v)                     \
	struct {                                 \
		__uint(type, BPF_MAP_TYPE_HASH); \
		__uint(max_entries, ENTRIES);    \
		__type(key, k);                  \
		__type(value, v);                \
	} name SEC(".maps")

struct pinned_type {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ENTRIES);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, __u64);
};
struct pinned_type pinned SEC(".maps");

typedef struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, ENTRIES * sizeof(__u64));
} percpu_t;
percpu_t percpu SEC(".maps");

HASH_MAP(made, __u32, long);
HASH_MAP(unused, __u32, short);

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&pinned, &key) || bpf_map_lookup_elem(&percpu, &key) ||
	       bpf_map_lookup_elem(&made, &key);
}

SEC("xdp")
int pinned_only(struct xdp_md *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&pinned, &key);
}

char _license[] SEC("license") = "GPL";

// CHECK: #define ENTRIES 8
// CHECK: #define HASH_MAP(name, k, v)
// CHECK: struct pinned_type {
// CHECK: {{^}}struct pinned_type pinned SEC(".maps");{{$}}
// CHECK: {{^}}} percpu_t;{{$}}
// CHECK: {{^}}percpu_t percpu SEC(".maps");{{$}}
// CHECK: {{^}}HASH_MAP(made, __u32, long);{{$}}
// CHECK-NOT: unused
//
// PINNED: #define ENTRIES 8
// PINNED-NOT: HASH_MAP
// PINNED: __uint(pinning, LIBBPF_PIN_BY_NAME);
// PINNED-NOT: percpu
