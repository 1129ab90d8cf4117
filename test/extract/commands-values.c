/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * commands-values - what commands disagree on stays with the commands; what they agree on is in the unit
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %opened-extract -v --prove -f prog -o unit prog.c 2>&1 | %FileCheck %s --check-prefix=PROOF
 * RUN: %FileCheck %s < unit/prog.bpf.c && %FileCheck %s --check-prefix=MAKE < unit/Makefile
 * RUN: make -s -C unit CLANG=%clang EXTRA_CFLAGS='-Wall -Werror'
 * RUN: %opened-extract -v --prove -f prog -o again -p unit unit/prog.bpf.c && diff unit/prog.bpf.c again/prog.bpf.c
 */
//--- compile_commands.json
[
{"directory": ".", "file": "prog.c", "arguments": ["clang", "-target", "bpf", "-O2", "-g", "-DCOMMON=1", "-DVALUE=1", "-c", "prog.c", "-o", "a.o"]},
{"directory": ".", "file": "prog.c", "arguments": ["clang", "-target", "bpf", "-O2", "-g", "-DCOMMON=1", "-DVALUE=2", "-DONLY_HERE", "-c", "prog.c", "-o", "b.o"]}
]
//--- prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#define SEC(name) __attribute__((section(name), used))
SEC("xdp")
int prog(int *ctx)
{
#ifdef ONLY_HERE
	return *ctx + VALUE;
#else
	return COMMON - VALUE;
#endif
}
char _license[] SEC("license") = "GPL";
//--- check
CHECK-NOT: {{define (VALUE|ONLY_HERE)}}
CHECK: #ifndef COMMON
CHECK-NEXT: #define COMMON 1
CHECK-NEXT: #endif
CHECK-NOT: {{define (VALUE|ONLY_HERE)}}
CHECK: int prog(

MAKE-DAG: -DVALUE=1
MAKE-DAG: -DVALUE=2
MAKE-DAG: -DONLY_HERE

PROOF: proof of 'prog' for command 1 of 2:
PROOF-NEXT: 1 ir identical
PROOF-NEXT: 2 instructions identical
PROOF: proof of 'prog' for command 2 of 2:
PROOF-NEXT: 1 ir identical
PROOF-NEXT: 2 instructions identical
