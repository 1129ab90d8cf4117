/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * source-large - a source of 10 MB in bounded time and memory: many declarations, long lines
 *
 * UNSUPPORTED: asan
 * RUN: rm -rf %t && mkdir %t && cd %t
 * RUN: %python %S/Inputs/large.py declarations > declarations.c && %python %S/Inputs/large.py line > line.c
 * RUN: test $(stat -c %%s declarations.c) -gt 10000000 && test $(stat -c %%s line.c) -gt 10000000
 * RUN: for form in declarations line; do \
 * RUN:   %python %S/Inputs/bounded.py 4 %clang %bpfcc -fsyntax-only $form.c -- %opened-extract -q -f prog -o unit.c $form.c -- %bpfcc || exit; \
 * RUN:   %FileCheck %s < unit.c || exit; \
 * RUN: done
 * RUN: %python %S/Inputs/bounded.py 6 %clang %bpfcc -w -c line.c -o line.o -- %opened-extract -q --prove -f prog line.c -- %bpfcc
 */

// CHECK-NOT: unused
// CHECK: static int used(int v)
// CHECK-NOT: unused
// CHECK: int prog(void *ctx)
// CHECK-NOT: unused
