/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * btf-tags - declaration and type tags, in the text and behind macros
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define __tag(name) __attribute__((btf_decl_tag(name)))
#define __kptr_of __attribute__((btf_type_tag("kptr")))
#define __unused_tag __attribute__((btf_decl_tag("unused")))

struct task_struct;

struct value {
	struct task_struct __kptr_of *task;
	int counted __tag("counted");
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} values SEC(".maps");

__noinline int global(struct xdp_md *ctx, void *ptr __tag("arg:nonnull")) __tag("slow");

__noinline int global(struct xdp_md *ctx, void *ptr)
{
	return *(char *)ptr;
}

SEC("xdp") __tag("entry")
int prog(struct xdp_md *ctx)
{
	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&values, &key);

	return value ? global(ctx, &value->counted) : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define __tag(name)
// CHECK: #define __kptr_of
// CHECK-NOT: __unused_tag
// CHECK: struct task_struct __kptr_of *task;
// CHECK-NEXT: int counted __tag("counted");
// CHECK: __noinline int global(struct xdp_md *ctx, void *ptr __tag("arg:nonnull")) __tag("slow");
// CHECK: SEC("xdp") __tag("entry")
// CHECK-NEXT: int prog(
