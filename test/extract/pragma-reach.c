/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-reach - pragmas reach over files: a push around an #include, a pack that a header forgets to end
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc -Wno-pragma-pack | %FileCheck %s
 * RUN: %unit prog --layout=tree prog.c -- %bpfcc -Wno-pragma-pack | %FileCheck %s --check-prefix=TREE
 */
//--- types.h
/* SPDX-License-Identifier: MIT */
struct kernel_thing {
	int first, second;
};
//--- forgets.h
/* SPDX-License-Identifier: MIT */
#pragma pack(1)
struct in_header {
	char kind;
	int length;
};
//--- prog.c
/* SPDX-License-Identifier: MIT */
#define SEC(name) __attribute__((section(name), used))
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
#include "types.h"
#pragma clang attribute pop
#include "forgets.h"
struct after {
	char kind;
	int length;
};
SEC("xdp")
int prog(struct after *after)
{
	return after->length + ((struct kernel_thing *)after)->second;
}
char _license[] SEC("license") = "GPL";
//--- check
CHECK: #pragma clang attribute push(
CHECK: struct kernel_thing {
CHECK: #pragma clang attribute pop
CHECK: #pragma pack(1)
CHECK-NOT: in_header
CHECK: struct after {

TREE: ==> ./forgets.h <==
TREE: #pragma pack(1)
TREE: ==> ./prog.c <==
TREE: #pragma clang attribute push(
TREE-NEXT: #include "types.h"
TREE-NEXT: #pragma clang attribute pop
TREE: #include "forgets.h"
