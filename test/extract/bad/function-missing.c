/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-missing - no such function: what is near is suggested; declared, in a system header, no program
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %status 1 %opened-extract -f classfy -o out in.c -- %bpfcc 2>&1 | %FileCheck %s
 * RUN: %status 1 %opened-extract -f in.c:2 -o out in.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=LINE
 * RUN: %status 1 %opened-extract -f only_declared -o out in.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=DECLARED
 * RUN: %status 1 %opened-extract -f system -o out in.c -- %bpfcc -isystem sys 2>&1 | %FileCheck %s --check-prefix=SYSTEM
 * RUN: %status 1 %opened-extract --all -o out in.c -- %bpfcc -isystem sys 2>&1 | %FileCheck %s --check-prefix=NONE
 * RUN: %status 2 %opened-extract -f classify -o out absent.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=ABSENT
 * RUN: %not ls out
 */
//--- sys/sys.h
static inline int system(int v) { return v; }
//--- in.c
#if __has_include(<sys.h>)
#include <sys.h>
#endif
int only_declared(int v);
int classify(int v)
{
	return only_declared(v);
}
//--- check
CHECK: error: no function 'classfy' in 'in.c' [-Wopened-function-missing]
CHECK: note: {{.*}}'classify'
LINE: error: no function 'in.c:2' in 'in.c' [-Wopened-function-missing]
DECLARED: in.c:4:5: error: function 'only_declared' is declared but not defined here [-Wopened-function-declared-only]
SYSTEM: error: function 'system' is defined in a system header; include that header instead [-Wopened-function-external]
NONE: error: no eBPF program in 'in.c' [-Wopened-programs-none]
ABSENT: error: cannot read 'absent.c': No such file or directory [-Wopened-input-unreadable]
