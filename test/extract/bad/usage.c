/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * usage - what is asked for makes no sense: said before anything is read
 *
 * RUN: rm -rf %t && cp %s %t.c && cd $(dirname %t)
 * RUN: %status 2 %opened-extract %basename_t.tmp.c -o %t -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=NOTHING
 * RUN: %status 2 %opened-extract --all -o %t -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=SOURCE
 * RUN: %status 2 %opened-extract --all --layout=forest -o %t %t.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=LAYOUT
 * RUN: %status 2 %opened-extract -f "" -o %t %t.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=EMPTY
 * RUN: %not ls %t
 */

__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return 2;
}

// NOTHING: {{error|opened-extract}}: {{.+}}
// SOURCE: opened-extract: no SOURCE given
// LAYOUT: {{.*}}forest
// EMPTY: opened-extract: --function is empty
