/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * assembly - inline assembly: its text, and the functions that only it names
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc | %FileCheck %s --check-prefix=SAME
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DTEXT='"r0 = 2;"' | %FileCheck %s --check-prefix=TEXT
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DRESULT=4 | %FileCheck %s --check-prefix=CALLED
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef TEXT
#define TEXT "r0 = 1;"
#endif
#ifndef RESULT
#define RESULT 3
#endif

static __attribute__((used, noinline)) int called(void)
{
	return RESULT;
}

SEC("socket")
__attribute__((naked)) int f(void)
{
	asm volatile("call called;" TEXT "exit;" ::: "r0");
}

/* SAME: f 1 identical
 * SAME-NEXT: f 2 identical
 * SAME-NEXT: f 3 identical
 * SAME-NEXT: f 4 identical
 *
 * TEXT: f 1 differs: 'f': inline assembly: 'call called;r0 = 1;exit;' in the original, 'call called;r0 = 2;exit;' in the unit
 * TEXT: f 2 differs: 'f': instruction 1 is b700000001000000 in the original
 *
 * CALLED: f 1 differs: 'called': value: 3 in the original, 4 in the unit
 * CALLED: f 2 differs: 'called': instruction 0
 */
