/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * operations - a program of struct_ops is loaded by the variable that names it
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DOTHER | %FileCheck %s --check-prefix=OTHER
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct operations {
	int (*first)(void *);
	int (*second)(void *);
};

SEC("struct_ops/f")
int f(void *ctx)
{
	return 1;
}

SEC("struct_ops/g")
int g(void *ctx)
{
	return 2;
}

#ifndef UNIT
SEC(".struct_ops")
struct operations operations = {
	.first = (void *)f,
#ifdef OTHER
	.second = (void *)f,
#else
	.second = (void *)g,
#endif
};
#endif

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 identical
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 differs: variable 'operations', by which the kernel takes the program, is missing in the unit
 *
 * OTHER: f 4 differs: variable 'operations' refers to function 'g' in the original, to function 'f' in the unit
 */
