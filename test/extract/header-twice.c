/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * header-twice - one header included twice with different macros, as a template
 *
 * RUN: split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc | %FileCheck %s
 * RUN: %unit only_b prog.c -- %bpfcc | %FileCheck %s --check-prefix=ONE
 * RUN: %unit prog --layout=tree prog.c -- %bpfcc | %FileCheck %s --check-prefix=TREE
 */
//--- pair.h
/* SPDX-License-Identifier: BSD-2-Clause */
#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_(a, b)

struct GLUE(NAME, pair) {
	TYPE first, second;
};

static inline TYPE GLUE(NAME, sum)(struct GLUE(NAME, pair) *pair)
{
	return pair->first + pair->second;
}

#undef GLUE
#undef GLUE_
//--- prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define NAME a
#define TYPE __u32
#include "pair.h"
#undef NAME
#undef TYPE

#define NAME b
#define TYPE __u64
#include "pair.h"
#undef NAME
#undef TYPE

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct a_pair a = { ctx->data, 1 };
	struct b_pair b = { ctx->data_end, 2 };

	return a_sum(&a) + b_sum(&b);
}

SEC("xdp")
int only_b(struct xdp_md *ctx)
{
	struct b_pair b = { ctx->data_end, 2 };

	return b_sum(&b);
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK-DAG: SPDX-License-Identifier: GPL-2.0-only
CHECK-DAG: SPDX-License-Identifier: BSD-2-Clause
CHECK: #define NAME a
CHECK: #define TYPE __u32
CHECK: struct GLUE(NAME, pair) {
CHECK: #undef NAME
CHECK: #define NAME b
CHECK: #define TYPE __u64
CHECK: struct GLUE(NAME, pair) {
CHECK: GLUE(NAME, sum)(

ONE-NOT: NAME a
ONE: #define NAME b
ONE: #define TYPE __u64
ONE: struct GLUE(NAME, pair) {
ONE: int only_b(

TREE: ==> ./pair.h <==
TREE: struct GLUE(NAME, pair) {
TREE: ==> ./prog.c <==
TREE: #define NAME a
TREE: #include "pair.h"
TREE: #define NAME b
TREE: #include "pair.h"
