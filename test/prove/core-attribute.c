/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * core-attribute - a lost attribute pragma leaves the code equal and takes the CO-RE relocations
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef UNIT
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#endif
struct task {
	int flags;
	int pid;
};
#ifndef UNIT
#pragma clang attribute pop
#endif

SEC("socket")
int f(struct task *task)
{
	return task->pid;
}

/* CHECK: f 1 differs: 'f': instruction: 'call' in the original, 'getelementptr' in the unit
 * CHECK: f 2 identical
 * CHECK-NEXT: f 3 differs: 'f': CO-RE relocation of instruction 0 is missing in the unit: field offset of 'task' at 0:1
 * CHECK: f 4 identical
 */
