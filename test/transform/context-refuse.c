/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * context-refuse - what knows how the context is laid out cannot follow it
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct words {
	__u32 first, second;
};

static __always_inline __u32 cast(struct xdp_md *ctx)
{
	struct words *words = (struct words *)ctx;

	return words->second - words->first;
}

static __always_inline __u32 number(struct xdp_md *ctx)
{
	return (__u32)(long)ctx;
}

static __always_inline __u32 size(struct xdp_md *ctx)
{
	return sizeof(*ctx) + sizeof(struct xdp_md);
}

static __always_inline __u32 offset(void)
{
	return __builtin_offsetof(struct xdp_md, data_end);
}

static __always_inline __u32 assembly(struct xdp_md *ctx)
{
	__u32 end;

	__asm__ volatile("%0 = *(u32 *)(%1 + 4)" : "=r"(end) : "r"(ctx));
	return end;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	if (cast(ctx) > 64 || size(ctx) == 3 || offset() == 5)
		return XDP_DROP;
	return assembly(ctx) + number(ctx) == 7 ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK-DAG: context-refuse.c:[[#@LINE-38]]:24: error: this cast of the context cannot be rewritten for hook 'tc': what is read through it has another layout at the other hook [-Wopened-transform-rejected]
// CHECK-DAG: note: read the context's own fields instead
// CHECK-DAG: context-refuse.c:[[#@LINE-33]]:16: error: this cast of the context cannot
// CHECK-DAG: context-refuse.c:[[#@LINE-29]]:9: error: this size of the context cannot be rewritten for hook 'tc': the contexts of the two hooks differ in size [-Wopened-transform-rejected]
// CHECK-DAG: context-refuse.c:[[#@LINE-30]]:24: error: this size of the context
// CHECK-DAG: context-refuse.c:[[#@LINE-26]]:9: error: this offset in the context cannot be rewritten for hook 'tc': the contexts of the two hooks differ in layout [-Wopened-transform-rejected]
// CHECK-DAG: context-refuse.c:[[#@LINE-20]]:2: error: this inline assembly cannot be rewritten for hook 'tc': it is handed the context, whose layout its instructions know [-Wopened-transform-rejected]
// CHECK: errors generated.
