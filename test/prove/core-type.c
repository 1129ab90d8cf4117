/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * core-type - what CO-RE matches by is part of the proof: names of fields, not only places
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef UNIT
#define pid tgid
#endif

struct task {
	int flags;
	int pid;
} __attribute__((preserve_access_index));

SEC("socket")
int f(struct task *task)
{
	return task->pid;
}

/* CHECK: f 1 differs: 'f': a type that CO-RE refers to: 'pid' in the original, 'tgid' in the unit
 * CHECK: f 2 identical
 * CHECK-NEXT: f 3 differs: 'f': CO-RE relocation of instruction 0 refers to another type: member 'pid' of struct 'task'
 * CHECK: f 4 identical
 */
