/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * type-tag - a tag on a pointer in a map's value is how the kernel knows a kptr
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef UNIT
#define kptr
#else
#define kptr __attribute__((btf_type_tag("kptr")))
#endif

struct object {
	int a;
};

struct value {
	struct object kptr *object;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct value);
} values SEC(".maps");

SEC("socket")
int f(void *ctx)
{
	int key = 0;

	return !!bpf_map_lookup_elem(&values, &key);
}

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 identical
 * CHECK-NEXT: f 3 differs: map 'values': 'value': type
 * CHECK-NEXT: f 4 identical
 */
