/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * commands-tree - several compile commands in tree layout: a header that one alone uses, -include of another
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %opened-extract -v --prove --layout=tree -f prog -o out prog.c 2>&1 | %FileCheck %s --check-prefix=PROOF
 * RUN: cat out/prog/prog.c out/prog/*.h | %FileCheck %s
 * RUN: make -s -C out/prog CLANG=%clang EXTRA_CFLAGS='-Wall -Werror'
 * RUN: %opened-extract -q --prove --layout=tree -f prog -p out/prog -o again out/prog/prog.c
 * RUN: for file in out/prog/*.[ch]; do diff $file again/prog/${file##*/} || exit; done
 */
//--- compile_commands.json
[
{"directory": ".", "file": "prog.c", "arguments": ["clang", "-target", "bpf", "-O2", "-g", "-DFAST", "-c", "prog.c", "-o", "a.o"]},
{"directory": ".", "file": "prog.c", "arguments": ["clang", "-target", "bpf", "-O2", "-g", "-c", "prog.c", "-o", "b.o"]}
]
//--- fast.h
/* SPDX-License-Identifier: MIT */
#define SPEED 9
#define UNUSED_SPEED 8
//--- slow.h
/* SPDX-License-Identifier: MIT */
static inline int slow(void)
{
	return 1;
}
//--- prog.c
/* SPDX-License-Identifier: MIT */
#ifdef FAST
#include "fast.h"
#else
#include "slow.h"
#endif
__attribute__((section("xdp"), used)) int prog(int *ctx)
{
#ifdef FAST
	return SPEED;
#else
	return slow();
#endif
}
char _license[] __attribute__((section("license"), used)) = "GPL";
//--- check
CHECK: #ifdef FAST
CHECK-NEXT: #include "fast.h"
CHECK-NEXT: #else
CHECK-NEXT: #include "slow.h"
CHECK-NEXT: #endif
CHECK: #define SPEED 9
CHECK-NOT: UNUSED_SPEED
CHECK: static inline int slow(void)

PROOF: proof of 'prog' for command 1 of 2:
PROOF-NEXT: 1 ir identical
PROOF-NEXT: 2 instructions identical
PROOF: proof of 'prog' for command 2 of 2:
PROOF-NEXT: 1 ir identical
PROOF-NEXT: 2 instructions identical
