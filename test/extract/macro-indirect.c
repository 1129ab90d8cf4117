/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-indirect - macros that name macros: later ones, #include of a macro, a test in a macro, a shadowed helper
 *
 * RUN: split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc '-DCONFIG="config.h"' | %FileCheck %s
 */
//--- config.h
/* SPDX-License-Identifier: MIT */
#define ENABLED 1
#define UNUSED_SETTING 1
//--- prog.c
/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include CONFIG

#define FIRST SECOND
#define SECOND THIRD
#define STRING_(x) #x
#define STRING(x) STRING_(x)
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define ARGUMENT 7
#define bpf_get_prandom_u32() 4
#define NEVER 9
#define IS_ON (ENABLED + 0)
#define THIRD 3

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	const char *text = STRING(FIRST);
#if IS_ON
	return MIN(ARGUMENT, FIRST) + text[ctx->data & 1] + bpf_get_prandom_u32();
#else
	return NEVER;
#endif
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK-NOT: {{NEVER 9|UNUSED_SETTING}}
CHECK: #define ENABLED 1
CHECK-NOT: {{NEVER 9|UNUSED_SETTING}}
CHECK: #define FIRST SECOND
CHECK-NEXT: #define SECOND THIRD
CHECK-NEXT: #define STRING_(x) #x
CHECK-NEXT: #define STRING(x) STRING_(x)
CHECK-NEXT: #define MIN(a, b)
CHECK-NEXT: #define ARGUMENT 7
CHECK-NEXT: #define bpf_get_prandom_u32() 4
CHECK-NOT: {{NEVER 9|UNUSED_SETTING}}
CHECK: #define IS_ON (ENABLED + 0)
CHECK-NEXT: #define THIRD 3
CHECK: int prog(
