/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-definitions - functions, maps and programs that included .c and .h files define
 *
 * RUN: split-file %s %t && cd %t
 * RUN: %unit prog main.c -- %bpfcc -Iinc | %FileCheck %s
 * RUN: %unit in_c main.c -- %bpfcc -Iinc | %FileCheck %s --check-prefix=INC
 * RUN: %unit prog --layout=tree main.c -- %bpfcc -Iinc | %FileCheck %s --check-prefix=TREE
 */
//--- inc/common.h
/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2001 A. Author */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "limits.h"

struct unused_in_header {
	int a;
};

/* Whether a number is too large. */
static __always_inline int too_large(int v)
{
	return v > LIMIT;
}
//--- inc/limits.h
/* SPDX-License-Identifier: MIT */
#ifndef LIMITS_H
#define LIMITS_H
#define LIMIT 100
#define UNUSED_LIMIT 200
#endif
//--- part.c
/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright (c) 2002 B. Author */
#include "inc/common.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LIMIT);
	__type(key, __u32);
	__type(value, __u32);
} table SEC(".maps");

static __noinline int step(int v)
{
	return too_large(v);
}

SEC("xdp")
int in_c(struct xdp_md *ctx)
{
	return step(ctx->data);
}
//--- main.c
// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2003 C. Author
#include "common.h"
#include "part.c"

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 key = step(ctx->data);

	return !bpf_map_lookup_elem(&table, &key);
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK: // SPDX-License-Identifier: GPL-2.0-or-later
CHECK-NEXT: // Copyright (c) 2003 C. Author
CHECK: /* SPDX-License-Identifier: BSD-2-Clause */
CHECK-NEXT: /* Copyright (c) 2001 A. Author */
CHECK: /* SPDX-License-Identifier: MIT */
CHECK: /* SPDX-License-Identifier: GPL-2.0-only */
CHECK-NEXT: /* Copyright (c) 2002 B. Author */
CHECK: /* Extracted by opened-extract {{.*}} from main.c: prog
CHECK: #include <linux/bpf.h>
CHECK-NEXT: #include <bpf/bpf_helpers.h>
CHECK: /* Extracted from inc/limits.h:4-4 */
CHECK-NEXT: #define LIMIT 100
CHECK-NOT: {{unused|UNUSED|LIMITS_H}}
CHECK: /* Extracted from inc/common.h:12-16 */
CHECK-NEXT: /* Whether a number is too large. */
CHECK-NEXT: static __always_inline int too_large(int v)
CHECK: /* Extracted from part.c:5-10 */
CHECK-NEXT: struct {
CHECK: /* Extracted from part.c:12-15 */
CHECK-NEXT: static __noinline int step(int v)
CHECK-NOT: in_c
CHECK: /* Extracted from main.c:6-12 */
CHECK-NEXT: SEC("xdp")
CHECK-NEXT: int prog(

INC-NOT: {{prog|table}}
INC: static __always_inline int too_large(int v)
INC: static __noinline int step(int v)
INC: int in_c(struct xdp_md *ctx)

TREE: ==> ./inc/common.h <==
TREE-NEXT: /* SPDX-License-Identifier: BSD-2-Clause */
TREE-NEXT: /* Copyright (c) 2001 A. Author */
TREE: /* Extracted by opened-extract
TREE: #include "limits.h"
TREE-NOT: unused_in_header
TREE: static __always_inline int too_large(int v)
TREE: ==> ./inc/limits.h <==
TREE: #ifndef LIMITS_H
TREE-NEXT: #define LIMITS_H
TREE: #define LIMIT 100
TREE-NOT: UNUSED_LIMIT
TREE: #endif
TREE: ==> ./main.c <==
TREE: #include "common.h"
TREE: #include "part.c"
TREE: int prog(
