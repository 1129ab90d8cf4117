/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * section-own - a project that has nothing of libbpf's: its own macro for sections, its own helpers
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>

#define __section(name) __attribute__((section(name), used))
#define __section_tail(id, key) __section(#id "/" #key)

static int (*shift)(struct xdp_md *ctx, int delta) __attribute__((unused)) = (void *)44;

__section("xdp")
int prog(struct xdp_md *ctx)
{
	if ((void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return shift(ctx, -8) ? XDP_ABORTED : XDP_PASS;
}

char _license[] __section("license") = "GPL";

// CHECK: #define __section(name) __attribute__((section(name), used))
// CHECK: {{^}}static inline __attribute__((always_inline))
// CHECK-NEXT: int prog_xdp_body(struct __sk_buff *ctx)
// CHECK: return opn_xdp_adjust_head(ctx, -8) ? XDP_ABORTED : XDP_PASS;
// CHECK: section("tc")
// CHECK: int prog(struct __sk_buff *ctx)
