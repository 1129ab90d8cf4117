/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-leads-out - headers above the root, by "..", by absolute path and by symbolic link, stay inside OUT
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t/project/src && ln -s ../../outside/linked.h linked.h
 * RUN: %status 0 %opened-extract -q --prove --all -o single prog.c -- %bpfcc -I%t/outside && %FileCheck %s < single/prog.bpf.c
 * RUN: %status 0 %opened-extract -q --prove --all --layout=tree -o tree prog.c -- %bpfcc -I%t/outside
 * RUN: make -s -C tree/prog CLANG=%clang && test "$(find tree -name '*.h' | wc -l)" = 3
 * RUN: %not grep -rF %t tree single --exclude=compile_commands.json --exclude='*.o'
 * RUN: cd %t && find . -name '*.h' -newer project/src/prog.c | %FileCheck %s --check-prefix=NEW --implicit-check-not='./{{outside|above}}' 
 */
//--- above.h
#define ABOVE 1
//--- outside/absolute.h
#define ABSOLUTE 1
//--- outside/linked.h
#define LINKED 1
//--- project/src/prog.c
/* SPDX-License-Identifier: MIT */
#include "../../above.h"
#include "absolute.h"
#include "linked.h"
__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return ABOVE + ABSOLUTE + LINKED;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
//--- check
CHECK: #define ABOVE 1
CHECK: #define ABSOLUTE 1
CHECK: #define LINKED 1
NEW: ./project/src/
