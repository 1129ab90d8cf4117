/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * layout-tree - headers stay files: pruned, guarded, in their folders, found by the unit's own flags
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit prog --layout=tree src/bpf/prog.c -- %bpfcc -Isrc/include | %FileCheck %s
 * RUN: %opened-extract --layout=tree --all -o out src/bpf/prog.c -- %bpfcc -Isrc/include
 * RUN: (cd out && find . -type f ! -name '.*' | sort) | %FileCheck %s --check-prefix=FILES
 * RUN: make -s -C out/prog CLANG=%clang && make -s -C out/other CLANG=%clang
 * RUN: %FileCheck %s --check-prefix=OTHER < out/other/include/shared.h
 * RUN: %not grep -rF %t out --exclude=compile_commands.json --exclude='*.o'
 */
//--- src/include/shared.h
/* SPDX-License-Identifier: BSD-2-Clause */
#include "deep/deeper.h"

struct one { int a; };
struct two { deeper_t b; };
//--- src/include/deep/deeper.h
/* SPDX-License-Identifier: MIT */
#ifndef DEEPER_H
#define DEEPER_H
typedef int deeper_t;
typedef int shallow_t;
#endif /* DEEPER_H */
//--- src/include/unused.h
struct never { int a; };
//--- src/bpf/local.h
/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
//--- src/bpf/prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#include "local.h"
#include <shared.h>
#include "../include/unused.h"

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct two *two = (void *)(long)ctx->data;

	return two->b;
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	struct one *one = (void *)(long)ctx->data;

	return one->a;
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK: ==> ./bpf/local.h <==
CHECK: #ifndef OPENED_SRC_BPF_LOCAL_H
CHECK-NEXT: #define OPENED_SRC_BPF_LOCAL_H
CHECK: #include <linux/bpf.h>
CHECK: ==> ./bpf/prog.c <==
CHECK: #include "local.h"
CHECK-NEXT: #include <shared.h>
CHECK-NOT: unused.h
CHECK: int prog(
CHECK: ==> ./include/deep/deeper.h <==
CHECK: #ifndef DEEPER_H
CHECK-NEXT: #define DEEPER_H
CHECK: typedef int deeper_t;
CHECK-NOT: shallow_t
CHECK: ==> ./include/shared.h <==
CHECK: #include "deep/deeper.h"
CHECK-NOT: struct one
CHECK: struct two { deeper_t b; };

FILES: ./other/Makefile
FILES-NEXT: ./other/bpf/local.h
FILES-NEXT: ./other/bpf/prog.c
FILES-NEXT: ./other/compile_commands.json
FILES-NEXT: ./other/include/shared.h
FILES-NEXT: ./other/other.json
FILES-NEXT: ./prog/Makefile
FILES-NEXT: ./prog/bpf/local.h
FILES-NEXT: ./prog/bpf/prog.c
FILES-NEXT: ./prog/compile_commands.json
FILES-NEXT: ./prog/include/deep/deeper.h
FILES-NEXT: ./prog/include/shared.h
FILES-NEXT: ./prog/prog.json
FILES-NOT: {{.}}

OTHER-NOT: deeper
OTHER: struct one { int a; };
OTHER-NOT: struct two
