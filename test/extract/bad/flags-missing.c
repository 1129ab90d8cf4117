/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * flags-missing - "--" with no flags is the host's target: refused; so are other targets and languages
 *
 * RUN: rm -rf %t && mkdir %t && cp %s %t/in.c && cp %s %t/in.cc && cd %t
 * RUN: %status 2 %opened-extract --all -o out in.c -- 2>&1 | %FileCheck %s
 * RUN: %status 2 %opened-extract --all -o out in.c -- -target aarch64-linux-gnu 2>&1 | %FileCheck %s
 * RUN: %status 2 %opened-extract --all -o out in.cc -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=CXX
 * RUN: %status 2 %opened-extract --all -o out in.c -- %bpfcc -x c++ 2>&1 | %FileCheck %s --check-prefix=CXX
 * RUN: %status 2 %opened-extract --all -o out in.c -- %bpfcc -fno-such-flag 2>&1 | %FileCheck %s --check-prefix=FLAG
 * RUN: ls -A | %FileCheck %s --check-prefix=LEFT --match-full-lines
 */

__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return 2;
}

// CHECK: error: 'in.c' is compiled for '{{(x86_64|aarch64|riscv64)[^']*}}', not for BPF [-Wopened-target-not-bpf]
// CXX: error: '{{in.cc?}}' is not C source [-Wopened-language-not-c]
// FLAG: error: cannot use the compile command of 'in.c': {{.*}} [-Wopened-command-invalid]
//
// LEFT: in.c
// LEFT-NEXT: in.cc
// LEFT-NOT: {{.+}}
