/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * assembly-names - inline assembly names functions and variables by text and by operand
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define __clobber_all "r0", "r1", "r2", "r3", "r4", "r5", "memory"
#define __imm_addr(name) [name]"i"(&name)

static __attribute__((used, noinline)) int by_text(void)
{
	return 1;
}

static __attribute__((used, noinline)) int not_named(void)
{
	return 2;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} by_operand SEC(".maps");

SEC("xdp")
__attribute__((naked))
int prog(struct xdp_md *ctx)
{
	asm volatile("r1 = %[by_operand] ll;"
		     "call by_text;" /* call not_named */
		     "exit;"
		     :
		     : __imm_addr(by_operand)
		     : __clobber_all);
}

char _license[] SEC("license") = "GPL";

// CHECK: #define __clobber_all
// CHECK: #define __imm_addr(name) [name]"i"(&name)
// CHECK: int by_text(void)
// CHECK-NOT: int not_named
// CHECK: } by_operand SEC(".maps");
// CHECK: "call by_text;" /* call not_named */
