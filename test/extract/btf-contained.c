/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * btf-contained - what is in a list is named by a tag only: BTF must have it all the same
 *
 * LLVM describes "struct element" where C code names it. Here only a function that stays behind
 * does. The kernel looks it up by its name (kernel/bpf/btf.c: btf_find_graph_root()).
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %opened-extract --prove -f named -o - %s -- %bpfcc | %FileCheck %s --check-prefix=NAMED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_list_head {
	__u64 opaque[2];
};

struct bpf_list_node {
	__u64 opaque[3];
};

#define contains(type, member) __attribute__((btf_decl_tag("contains:" #type ":" #member)))

struct element {
	struct bpf_list_node node;
	int data;
};

struct value {
	struct bpf_list_head head contains(element, node);
	struct bpf_spin_lock lock;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} values SEC(".maps");

SEC("tc")
int prog(struct __sk_buff *ctx)
{
	__u32 key = 0;

	return !bpf_map_lookup_elem(&values, &key);
}

__noinline int take(struct element *element)
{
	return element ? element->data : 0;
}

SEC("tc")
int named(struct __sk_buff *ctx)
{
	return prog(ctx) + take(0);
}

char _license[] SEC("license") = "GPL";

// CHECK: struct element {
// CHECK: int prog(
// CHECK: static __attribute__((used)) void opened_describe_type0(struct element *target)

// NAMED: int take(struct element *element)
// NAMED-NOT: opened_describe_type
