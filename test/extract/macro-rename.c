/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-rename - macros above an #include that rename what it declares: those that matter
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit -n prog prog.c -- %bpfcc -I. | %FileCheck %s
 */
//--- vmlinux.h
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#ifdef tested
typedef unsigned int u32;
#endif
struct own { int a; };
struct unneeded { int a; };
struct pointed { int a; };
struct meta { int a; };
struct ctx { struct pointed *pointed; struct meta *meta; struct deep *deep; };
struct deep { struct behind *behind; };
struct behind { int a; };
enum { FLAG_ONE = 1, FLAG_TWO = 2 };
enum { FLAG_OTHER = 4 };
//--- prog.c
// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#define own own___kernel
#define unneeded unneeded___kernel
#define pointed pointed___kernel
#define behind behind___kernel
#define FLAG_ONE FLAG_ONE___kernel
#define FLAG_OTHER FLAG_OTHER___kernel
#define tested tested___kernel
#include "vmlinux.h"
#undef own
#undef unneeded
#undef pointed
#undef behind
#undef FLAG_ONE
#undef FLAG_OTHER
#undef tested

struct own {
	int a, b;
};
struct unneeded {
	int a, b;
};

__attribute__((section("iter/own"), used))
int prog(struct ctx *ctx)
{
	struct own own = { .b = FLAG_TWO };
	u32 b = own.b;

	return b + (ctx->meta != 0);
}
//--- check
CHECK-NOT: unneeded
CHECK: #define own own___kernel
CHECK-NOT: unneeded
CHECK: #define pointed pointed___kernel
CHECK-NOT: {{behind|FLAG_OTHER}}
CHECK: #define FLAG_ONE FLAG_ONE___kernel
CHECK-NOT: {{behind|FLAG_OTHER}}
CHECK: #define tested tested___kernel
CHECK: #include "vmlinux.h"
CHECK: #undef own
CHECK-NOT: {{unneeded|behind|FLAG_OTHER}}
CHECK: struct own {
CHECK: int prog(
