/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * shared-helper - a function that would change is also called by a program that stays
 *
 * RUN: %refused -c %s --to=tc --function=first -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline int is_short(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 64 > (void *)(long)ctx->data_end;
}

SEC("xdp")
int first(struct xdp_md *ctx)
{
	return is_short(ctx) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int second(struct xdp_md *ctx)
{
	return is_short(ctx) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: shared-helper.c:[[@LINE-19]]:28: error: function 'is_short' would change, but 'second', which stays as it is, uses it too [-Wopened-transform-shared]
// CHECK: shared-helper.c:[[@LINE-20]]:44: note: the type 'struct xdp_md' would change here
// CHECK: note: extract the program with opened-extract and rewrite the unit
// CHECK: 1 error generated.
