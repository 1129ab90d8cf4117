/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * line-directive - #line of generated code misleads nobody; a preprocessed source is a source
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc | %FileCheck %s
 * RUN: %clang %bpfcc -E plain.c -o plain.i.c
 * RUN: %unit -n prog plain.i.c -- %bpfcc | %FileCheck %s --check-prefix=PREPROCESSED
 */
//--- prog.c
/* SPDX-License-Identifier: MIT */
#define SEC(name) __attribute__((section(name), used))
#line 1000 "generated.y"
static int unused(int v)
{
	return v;
}
#line 2000 "other.y"
static int helper(int v)
{
	return v + 1;
}
SEC("xdp")
int prog(int *ctx)
{
	return helper(*ctx);
}
char _license[] SEC("license") = "GPL";
//--- plain.c
/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
__attribute__((section("xdp"), used)) int prog(struct xdp_md *ctx)
{
	return ctx->data ? XDP_PASS : XDP_DROP;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
//--- check
CHECK-NOT: unused
CHECK: /* Extracted from prog.c:9-12 */
CHECK-NEXT: static int helper(int v)
CHECK: /* Extracted from prog.c:13-17 */
CHECK-NEXT: SEC("xdp")

PREPROCESSED: enum xdp_action {
PREPROCESSED: struct xdp_md {
PREPROCESSED: int prog(struct xdp_md *ctx)
