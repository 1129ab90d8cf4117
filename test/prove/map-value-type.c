/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-value-type - a value type cut down to a declaration leaves the code equal and no map
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef UNIT
struct value;
#else
struct value {
	int a, b;
};
#endif

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
 * CHECK-NEXT: f 3 differs: map 'values': 'value': type 'value' is only declared in the unit
 * CHECK-NEXT: f 4 identical
 */
