/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * program-shape - programs that cannot be wrapped
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__attribute__((weak)) SEC("xdp")
int replaceable(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
int two_arguments(struct xdp_md *ctx, int more)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: program-shape.c:[[@LINE-13]]:5: error: program 'replaceable' cannot be rewritten for hook 'tc': a weak program may be replaced when objects are linked [-Wopened-transform-rejected]
// CHECK: note: drop the attribute weak
// CHECK: program-shape.c:[[@LINE-9]]:5: error: program 'two_arguments' cannot be rewritten for hook 'tc': it does not take the context alone [-Wopened-transform-rejected]
