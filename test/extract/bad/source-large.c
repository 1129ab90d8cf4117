/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * source-large - a source of 10 MB in bounded time and memory: many declarations, one long body, one long line
 *
 * UNSUPPORTED: asan
 * RUN: rm -rf %t && mkdir %t && cd %t
 * RUN: %python %S/Inputs/large.py declarations > declarations.c && %python %S/Inputs/large.py line > line.c
 * RUN: test $(stat -c %%s declarations.c) -gt 10000000 && test $(stat -c %%s line.c) -gt 10000000
 * RUN: (ulimit -v 4000000; timeout 120 %opened-extract -q --prove -f prog -o unit.c declarations.c -- %bpfcc)
 * RUN: %FileCheck %s < unit.c
 * RUN: (ulimit -v 4000000; timeout 120 %opened-extract -q -f prog -o line.unit.c line.c -- %bpfcc) && %FileCheck %s < line.unit.c
 */

// CHECK-NOT: unused
// CHECK: static int used(int v)
// CHECK-NOT: unused
// CHECK: int prog(void *ctx)
// CHECK-NOT: unused
