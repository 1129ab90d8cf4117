/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * uncompilable - a side that does not compile, or cannot be made into code, is an error
 *
 * RUN: %status 1 %prove f %s %s %bpfcc --unit %bpfcc -DUNIT 2>&1 | %FileCheck %s
 * RUN: %status 1 %prove f %s %s %bpfcc -DUNIT 2>&1 | %FileCheck %s --check-prefix=ORIGINAL
 * RUN: %status 1 %prove nothing %s %s %bpfcc 2>&1 | %FileCheck %s --check-prefix=MISSING
 * RUN: %status 1 %prove f %s %s -O2 2>&1 | %FileCheck %s --check-prefix=HOST
 * RUN: %status 1 %prove f %s %s %bpfcc --unit %bpfcc -DBACKEND 2>&1 \
 * RUN:   | %FileCheck %s --check-prefix=BACKEND
 */
#ifdef UNIT
int f(void) { return lost; }
#elif defined(BACKEND)
double f(double x, double y) { return x + y; }
#else
int f(void) { return 0; }
#endif

/* CHECK: uncompilable.c:[[@LINE-7]]:22: error: use of undeclared identifier 'lost'
 * CHECK: error: cannot prove 'f': the unit does not compile
 * ORIGINAL: error: cannot prove 'f': the original does not compile
 * MISSING: error: cannot prove 'nothing': the original defines no function 'nothing'
 * HOST: error: '{{.*}}uncompilable.c' is compiled for 'x86_64{{.*}}', not for BPF
 * BACKEND: error: cannot prove 'f': the unit does not compile
 */
