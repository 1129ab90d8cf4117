/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * object - the object that the prover judges is the one that clang -c writes, byte for byte
 *
 * RUN: mkdir -p %t && cd %t
 * RUN: %clang %bpfcc -c %s -o clang.o
 * RUN: %prove --object prove.o %s %bpfcc
 * RUN: cmp clang.o prove.o
 * RUN: %clang %bpfcc -O1 -mcpu=v4 -mllvm -bpf-expand-memcpy-in-order -c %s -o clang.o
 * RUN: %prove --object prove.o %s %bpfcc -O1 -mcpu=v4 -mllvm -bpf-expand-memcpy-in-order \
 * RUN:   -MMD -MF prove.d -save-temps
 * RUN: cmp clang.o prove.o
 * RUN: test "$(ls)" = "$(printf 'clang.o\nprove.o')"
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task {
	int flags, pid;
	char name[16];
} __attribute__((preserve_access_index));

SEC("socket")
int f(struct task *task)
{
	char copy[16];

	__builtin_memcpy(copy, task, sizeof(copy));
	bpf_trace_printk(copy, sizeof(copy));
	return task->pid + __builtin_btf_type_id(*task, 0) + __builtin_btf_type_id(*task, 1);
}
