/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * commands-several - one source, several compile commands: one unit for all, proved for each
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %opened-extract -v --prove -f prog -o unit prog.c 2>&1 | %FileCheck %s --check-prefix=PROOF
 * RUN: %FileCheck %s < unit/prog.bpf.c
 * RUN: make -s -C unit CLANG=%clang EXTRA_CFLAGS='-Wall -Werror'
 * RUN: for variant in "" -DTUNNEL=1 "-DTUNNEL=2 -DQUIET"; do \
 * RUN:   %clang %bpfcc -Wall -Werror $variant -c unit/prog.bpf.c -o u.o && %clang %bpfcc $variant -c prog.c -o o.o || exit; \
 * RUN:   llvm-objcopy -O binary --only-section=xdp u.o u.bin; llvm-objcopy -O binary --only-section=xdp o.o o.bin; \
 * RUN:   cmp u.bin o.bin || exit; \
 * RUN: done
 * RUN: %opened-extract -v --prove -f prog -o again -p unit unit/prog.bpf.c && diff unit/prog.bpf.c again/prog.bpf.c
 */
//--- compile_commands.json
[
{"directory": ".", "file": "prog.c", "arguments": ["clang", "-target", "bpf", "-O2", "-g", "-c", "prog.c", "-o", "a.o"]},
{"directory": ".", "file": "prog.c", "arguments": ["clang", "-target", "bpf", "-O2", "-g", "-DTUNNEL=1", "-c", "prog.c", "-o", "b.o"]},
{"directory": ".", "file": "prog.c", "arguments": ["clang", "-target", "bpf", "-O2", "-g", "-DTUNNEL=2", "-DQUIET", "-c", "prog.c", "-o", "c.o"]}
]
//--- prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#define SEC(name) __attribute__((section(name), used))

struct context {
	int data;
};

#ifdef TUNNEL
#define EXTRA TUNNEL
static int encap(int v)
{
	return v + EXTRA;
}
#else
#define PLAIN 7
static int pass(int v)
{
	return v * PLAIN;
}
#endif

#ifndef QUIET
static volatile int seen;
#else
static volatile int unseen;
#endif

SEC("xdp")
int prog(struct context *ctx)
{
#ifndef QUIET
	seen++;
#endif
#ifdef TUNNEL
	return encap(ctx->data);
#else
	return pass(ctx->data);
#endif
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK-NOT: {{#define (TUNNEL|QUIET)}}
CHECK: #ifdef TUNNEL
CHECK: #define EXTRA TUNNEL
CHECK: static int encap(int v)
CHECK: #else
CHECK: #define PLAIN 7
CHECK: static int pass(int v)
CHECK: #endif
CHECK: #ifndef QUIET
CHECK: static volatile int seen;
CHECK-NEXT: #else
CHECK-NEXT: not part of this unit
CHECK-NEXT: #endif
CHECK: int prog(

PROOF: proof of 'prog' for command 1 of 3:
PROOF-NEXT: 1 ir identical
PROOF-NEXT: 2 instructions identical
PROOF-NEXT: 3 btf identical
PROOF-NEXT: 4 object identical
PROOF: proof of 'prog' for command 2 of 3:
PROOF-NEXT: 1 ir identical
PROOF-NEXT: 2 instructions identical
PROOF: proof of 'prog' for command 3 of 3:
PROOF-NEXT: 1 ir identical
PROOF-NEXT: 2 instructions identical
