/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * command-line-werror - a warning that only the unit draws is no error in it, whatever the command says
 *
 * Alone with a function that only asks for its size, a variable "is not needed and will not be
 * emitted".
 *
 * RUN: rm -rf %t && mkdir %t && cd %S
 * RUN: %opened-extract --prove -f prog -o %t/all command-line-werror.c -- %bpfcc -Wall -Werror
 * RUN: make -s -C %t/all CLANG=%clang 2>&1 | %FileCheck %s --check-prefix=WARNS
 * RUN: %opened-extract --prove -f prog -o %t/one command-line-werror.c -- %bpfcc -Werror=unneeded-internal-declaration
 * RUN: make -s -C %t/one CLANG=%clang 2>&1 | %FileCheck %s --check-prefix=WARNS
 * RUN: %FileCheck %s < %t/all/Makefile
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static int table[4] = { 1, 2, 3, 4 };

SEC("tc")
int other(struct __sk_buff *ctx)
{
	return table[ctx->len & 3];
}

SEC("tc")
int prog(struct __sk_buff *ctx)
{
	return sizeof(table);
}

char _license[] SEC("license") = "GPL";

// WARNS: warning: variable 'table' is not needed
// CHECK: -Wall
// CHECK-NOT: -Werror
