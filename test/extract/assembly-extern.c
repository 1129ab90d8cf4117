/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * assembly-extern - a kernel function that only assembly calls, beside "(void)f"
 *
 * LLVM describes an extern in BTF where C code calls it. Here only a function that stays behind
 * does, by a call or by an attribute that makes one: without a stand-in libbpf cannot resolve it
 * ("failed to find BTF for extern").
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %opened-extract --prove --function=named --function=cast -o %t %s -- %bpfcc
 * RUN: %FileCheck %s --check-prefix=CAST < %t/cast.bpf.c
 * RUN: %unit operand %s -- %bpfcc | %FileCheck %s --check-prefix=OPERAND
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern void kernel_throw(unsigned long cookie) __attribute__((section(".ksyms")));

SEC("tc")
int prog(struct __sk_buff *ctx)
{
	(void)kernel_throw;
	asm volatile("r1 = 0; call kernel_throw" ::: "r0", "r1", "r2", "r3", "r4", "r5");
	return 1;
}

SEC("tc")
int named(struct __sk_buff *ctx)
{
	asm volatile("r1 = 0; call kernel_throw" ::: "r0", "r1", "r2", "r3", "r4", "r5");
	return 2;
}

extern void kernel_drop(int *slot) __attribute__((section(".ksyms")));

SEC("tc")
int operand(struct __sk_buff *ctx)
{
	int slot;

	asm volatile("r1 = %[slot]; call %[kernel_drop]" ::[slot] "r"(&slot),
		     [kernel_drop] "i"(kernel_drop)
		     : "r0", "r1", "r2", "r3", "r4", "r5", "memory");
	return 4;
}

SEC("tc")
int leave(struct __sk_buff *ctx)
{
	int slot __attribute__((cleanup(kernel_drop))) = ((void)kernel_drop, 1);

	return slot;
}

SEC("tc")
int cast(struct __sk_buff *ctx)
{
	(void)kernel_throw;
	kernel_throw(3);
	return 3;
}

char _license[] SEC("license") = "GPL";

// CHECK: extern void kernel_throw(unsigned long cookie)
// CHECK: int prog(struct __sk_buff *ctx)
// CHECK: void opened_describe_externs(void)
// CHECK-NEXT: {
// CHECK-NEXT: kernel_throw(0);

// CAST: int cast(struct __sk_buff *ctx)
// CAST-NOT: opened_describe_externs

// OPERAND: int operand(struct __sk_buff *ctx)
// OPERAND: void opened_describe_externs(void)
// OPERAND-NEXT: {
// OPERAND-NEXT: kernel_drop(0);
