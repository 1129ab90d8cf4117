/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * text-odd - continued lines, tabs, CRLF, no newline at the end, declarations that share a line
 *
 * RUN: grep -v 'RUN\|CHECK' %s | sed "/_license/d; s/$/\r/" > %t.crlf.c && printf 'char _license[] SEC("license") = "GPL";' >> %t.crlf.c
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: cd $(dirname %t) && %unit prog $(basename %t.crlf.c) -- %bpfcc > %t.out && grep -c 'return value;' %t.out
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define LONG_ONE \
	(1 + \
	 2)
#define NAMED "a \"quoted\" // string /* that */ is no comment"

static int a = LONG_ONE; static int b; static int never;

SEC("xdp") int prog(struct xdp_md *ctx) {
	const char *name = NAMED; int value = a + b + name[ctx->data & 7]; \
	return value; }

char _license[] SEC("license") = "GPL";

// CHECK: #define LONG_ONE \
// CHECK-NEXT: (1 + \
// CHECK-NEXT: 2)
// CHECK: #define NAMED "a \"quoted\" // string /* that */ is no comment"
// CHECK: static int a = LONG_ONE; static int b;
// CHECK: SEC("xdp") int prog(struct xdp_md *ctx) {
