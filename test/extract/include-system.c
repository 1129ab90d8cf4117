/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-system - -isystem, -iquote and -include headers: which stay includes, and what flags the unit keeps
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit -n prog prog.c -- %bpfcc -isystem sys -isystem unused -iquote own -include sys/forced.h | %FileCheck %s
 * RUN: %FileCheck %s --check-prefix=FLAGS < %t.unit/unit/Makefile
 */
//--- sys/sys.h
#define FROM_SYSTEM 1
//--- sys/forced.h
#define FROM_FORCED 2
//--- unused/unused.h
//--- own/own.h
#define FROM_OWN 3
//--- prog.c
/* SPDX-License-Identifier: MIT */
#include <sys.h>
#include "own.h"
__attribute__((section("xdp"), used)) int prog(int *ctx)
{
	return FROM_SYSTEM + FROM_OWN + FROM_FORCED;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
//--- check
CHECK: #include <sys.h>
CHECK-NOT: #include "own.h"
CHECK: #define FROM_OWN 3

FLAGS: -isystem {{[^ ]*}}sys
FLAGS-NOT: {{unused|own}}
