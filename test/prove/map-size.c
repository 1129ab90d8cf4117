/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * map-size - numbers of a map's definition
 *
 * RUN: %prove f %s %s %bpfcc -DSIZE=8 --unit %bpfcc -DSIZE=16 | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SIZE);
	__type(key, int);
	__type(value, int);
} values SEC(".maps");

SEC("socket")
int f(void *ctx)
{
	int key = 0;

	return !!bpf_map_lookup_elem(&values, &key);
}

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 identical
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 differs: map 'values': 'max_entries' is 8 in the original, 16 in the unit
 */
