/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-pack - a lost pack pragma moves fields
 *
 * RUN: %prove f,g %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef UNIT
#pragma pack(push, 1)
#endif
struct wire {
	char kind;
	int length;
};
#ifndef UNIT
#pragma pack(pop)
#endif

SEC("socket")
int f(struct wire *wire)
{
	return wire->length;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct wire);
} wires SEC(".maps");

SEC("socket")
int g(void *ctx)
{
	int key = 0;

	return !!bpf_map_lookup_elem(&wires, &key);
}

/* CHECK: f 1 differs: 'f': instruction 'getelementptr' differs in its properties
 * CHECK: f 2 differs: 'f': instruction 0
 * CHECK: f 3 differs: {{.*}}struct 'wire' has 5 bytes in the original, 8 in the unit
 * CHECK: f 4 identical
 * CHECK: g 1 identical
 * CHECK-NEXT: g 2 identical
 * CHECK-NEXT: g 3 differs: map 'wires': 'value': struct 'wire' has 5 bytes in the original, 8 in the unit
 * CHECK-NEXT: g 4 identical
 */
