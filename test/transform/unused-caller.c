/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * unused-caller - functions that no program uses, that cannot be rewritten and call what changes, are
 * left out, and who calls them; the others stay or go as they can
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#pragma clang diagnostic ignored "-Wunused-function"

static inline int length(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
}

/* Goes along. */
static inline int twice(struct xdp_md *ctx)
{
	return 2 * length(ctx);
}

/* Makes room for metadata, which tc has not. */
static inline int nobody(struct xdp_md *ctx)
{
	return length(ctx) + bpf_xdp_adjust_meta(ctx, -4);
}

static inline int of_nobody(void *ctx)
{
	return nobody(ctx) + 1;
} /* behind it */

/* Stays: nothing that it calls changes. */
static inline int alone(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_meta(ctx, -4);
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return length(ctx) > 100 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: static inline int twice(struct __sk_buff *ctx)
// CHECK: /* Makes room for metadata, which tc has not. */
// CHECK-NEXT: #if 0 /* no program uses it, and it cannot be rewritten */
// CHECK-NEXT: static inline int nobody(struct xdp_md *ctx)
// CHECK: #endif
// CHECK: #if 0
// CHECK-NEXT: static inline int of_nobody(void *ctx)
// CHECK: {{^}}}
// CHECK-NEXT: #endif /* behind it */
// CHECK-NOT: #if
// CHECK: static inline int alone(struct xdp_md *ctx)
// CHECK-NOT: #if
// CHECK: int prog_xdp_body(struct __sk_buff *ctx)
