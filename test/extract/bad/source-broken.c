/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * source-broken - Clang's errors as Clang says them, then what we were about; nothing is written
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t && mkdir made
 * RUN: %status 1 %opened-extract --all -o out type.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=TYPE
 * RUN: %status 1 %opened-extract --all -o out include.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=INCLUDE
 * RUN: %status 1 %opened-extract --all -o out circular.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=CIRCULAR
 * RUN: %status 1 %opened-extract --all -o out directory.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=DIRECTORY
 * RUN: %status 1 %opened-extract --all -o out split.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=SPLIT
 * RUN: %status 1 %opened-extract --all -o out empty.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=EMPTY
 * RUN: head -c 3000 /dev/urandom > noise.c && %status 1 %opened-extract --all -o out noise.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=NOISE
 * RUN: %status 1 %opened-extract --all -o out deep.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=DEEP
 * RUN: %not ls out
 *
 * A source that is bad does not take the good ones with it.
 * RUN: %status 1 %opened-extract --all -o out type.c good.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=TYPE
 * RUN: test -f out/good/prog.bpf.c && test "$(find out -name '*.c' | wc -l)" = 1
 */
//--- type.c
__attribute__((section("xdp"), used)) int prog(struct absent *ctx)
{
	return ctx->data;
}
//--- include.c
#include "absent.h"
//--- circular.c
#include "circle.h"
//--- circle.h
#include "circle2.h"
//--- circle2.h
#include "circle.h"
//--- directory.c
#include "made"
//--- tail.h
	int b;
};
//--- split.c
struct split {
	int a;
#include "tail.h"
__attribute__((section("xdp"), used)) int prog(struct split *ctx)
{
	return ctx->b;
}
//--- empty.c
//--- deep.c
#define A(x) B(x, x)
#define B(x, y) x ## y (
A(A(A(
//--- good.c
__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return 2;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
//--- check
TYPE: type.c:3:12: error: incomplete definition of type 'struct absent'
TYPE: return ctx->data;
TYPE: error: 'type.c' does not compile, so nothing was made of it [-Wopened-compile-failed]
INCLUDE: include.c:1:10: {{.*}}error: 'absent.h' file not found
INCLUDE: error: 'include.c' does not compile, so nothing was made of it [-Wopened-compile-failed]
CIRCULAR: error: #include nested too deeply
CIRCULAR: error: 'circular.c' does not compile, so nothing was made of it [-Wopened-compile-failed]
DIRECTORY: error: {{.*}}made
DIRECTORY: error: 'directory.c' does not compile, so nothing was made of it [-Wopened-compile-failed]
SPLIT: split.c:1:{{[0-9]+}}: error: this declaration begins in one file and ends in another [-Wopened-declaration-split]
EMPTY: error: no eBPF program in 'empty.c' [-Wopened-programs-none]
NOISE: error: 'noise.c' does not compile, so nothing was made of it [-Wopened-compile-failed]
DEEP: error: 'deep.c' does not compile, so nothing was made of it [-Wopened-compile-failed]
