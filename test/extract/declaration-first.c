/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * declaration-first - what is only declared is weak when its first declaration says so, not by a
 * later one
 *
 * RUN: %opened-extract --prove --function=strong -o %t.strong.c %s -- %bpfcc
 * RUN: %FileCheck %s --check-prefix=STRONG < %t.strong.c
 * RUN: %opened-extract --prove --function=weak -o %t.weak.c %s -- %bpfcc
 * RUN: %FileCheck %s --check-prefix=WEAK < %t.weak.c
 * RUN: %opened-extract --prove --function=alike -o %t.alike.c %s -- %bpfcc
 * RUN: %FileCheck %s --check-prefix=ALIKE < %t.alike.c
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

void first_strong(void) __ksym;
void first_strong(void) __ksym __weak;

void first_weak(void) __ksym __weak;
void first_weak(void) __ksym;

void both_weak(void) __ksym __weak;
void both_weak(void) __ksym __weak;

SEC("socket")
int strong(void *ctx)
{
	first_strong();
	return 0;
}

SEC("socket")
int weak(void *ctx)
{
	first_weak();
	return 0;
}

SEC("socket")
int alike(void *ctx)
{
	both_weak();
	return 0;
}

char _license[] SEC("license") = "GPL";

// STRONG: void first_strong(void) __ksym;
// STRONG: void first_strong(void) __ksym __weak;
// STRONG-NOT: both_weak
// WEAK: void first_weak(void) __ksym __weak;
// ALIKE: void both_weak(void) __ksym __weak;
// ALIKE-NOT: void both_weak
// ALIKE: int alike(
