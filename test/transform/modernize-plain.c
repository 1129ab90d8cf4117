/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * modernize-plain - without libbpf's macros, without a program; without -g it is told
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && cp %s plain.c
 * RUN: %status 0 %opened-transform --modernize -i plain.c -- -target bpf -O2 2>&1 | %FileCheck %s --check-prefix=WARN
 * RUN: %FileCheck %s < plain.c
 * RUN: %not ls xdp-to-tc.h
 * RUN: %status 0 %opened-transform --modernize --dry-run plain.c -- %bpfcc | %FileCheck %s --check-prefix=NONE --allow-empty
 */

struct bpf_map_def {
	unsigned int type, key_size, value_size, max_entries;
};

struct bpf_map_def __attribute__((section("maps"), used)) plain = {
	.type = 1,
	.key_size = sizeof(int),
	.value_size = sizeof(long[2]),
	.max_entries = 16, /* enough */
};

// CHECK: {{^}}struct {{[{]$}}
// CHECK-NEXT: {{^}}	int (*type)[1];
// CHECK-NEXT: {{^}}	typeof(int) *key;
// CHECK-NEXT: {{^}}	typeof(long[2]) *value;
// CHECK-NEXT: {{^}}	int (*max_entries)[16]; /* enough */
// CHECK-NEXT: {{^}}} plain __attribute__((section(".maps"), used));
// WARN: warning: 'plain.c' is compiled without -g: libbpf will not load its BTF maps [-Wopened-btf-missing]
// NONE-NOT: {{.}}
