/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * assembly-file-scope - assembly outside of functions belongs to no name: it stays when what it defines is used
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern const int answer;
asm(".pushsection .rodata,\"a\",@progbits\n"
    ".globl answer\n"
    ".p2align 2\n"
    "answer: .long 42\n"
    ".size answer, 4\n"
    ".popsection\n");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return answer;
}

char _license[] SEC("license") = "GPL";

// CHECK: extern const int answer;
// CHECK: asm(".pushsection
// CHECK: "answer: .long 42\n"
// CHECK: int prog(
