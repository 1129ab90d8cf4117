/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * section-macro - SEC() expands from another file, with pragmas: the text is the invocation
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s --match-full-lines --strict-whitespace
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define DROPPED XDP_DROP
#define UNUSED 1

/* Says why. */
SEC("xdp")
int prog(struct xdp_md *ctx) /* and where */
{
	/* constants stay names, */ // comments stay
	return ctx->data ? DROPPED :	XDP_PASS;
}

char _license[] SEC("license") = "GPL";

//      CHECK:#include <linux/bpf.h>
// CHECK-NEXT:#include <bpf/bpf_helpers.h>
//CHECK-EMPTY:
// CHECK-NEXT:/* Extracted from section-macro.c:11-11 */
// CHECK-NEXT:#define DROPPED XDP_DROP
//CHECK-EMPTY:
// CHECK-NEXT:/* Extracted from section-macro.c:14-20 */
// CHECK-NEXT:/* Says why. */
// CHECK-NEXT:SEC("xdp")
// CHECK-NEXT:int prog(struct xdp_md *ctx) /* and where */
// CHECK-NEXT:{
// CHECK-NEXT:	/* constants stay names, */ // comments stay
// CHECK-NEXT:	return ctx->data ? DROPPED :	XDP_PASS;
// CHECK-NEXT:}
//CHECK-EMPTY:
// CHECK-NEXT:/* Extracted from section-macro.c:22-22 */
// CHECK-NEXT:char _license[] SEC("license") = "GPL";
//  CHECK-NOT:{{.}}
