/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-system-header - a project header that calls itself a system header is the project's all the same
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc | %FileCheck %s
 * RUN: %unit prog --layout=tree prog.c -- %bpfcc | %FileCheck %s --check-prefix=TREE
 */
//--- quiet.h
/* SPDX-License-Identifier: BSD-2-Clause */
#pragma GCC system_header
static inline int one_more(int v)
{
	return v + 1;
}
//--- prog.c
/* SPDX-License-Identifier: MIT */
#include "quiet.h"
__attribute__((section("xdp"), used)) int prog(int *ctx)
{
	return one_more(*ctx);
}
char _license[] __attribute__((section("license"), used)) = "GPL";
//--- check
CHECK-NOT: {{#pragma|#include}}
CHECK: static inline int one_more(int v)
CHECK: int prog(

TREE: ==> ./prog.c <==
TREE: #include "quiet.h"
TREE: ==> ./quiet.h <==
TREE: #pragma GCC system_header
TREE: static inline int one_more(int v)
