/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * program-shape - programs that cannot be wrapped, and what keeps a wrapper from being written
 *
 * RUN: %refused -c %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__attribute__((weak)) SEC("xdp")
int replaceable(struct xdp_md *ctx)
{
	return XDP_PASS;
}

#define PROG(name, verdict)                                                                        \
	SEC("xdp")                                                                                 \
	int name##_of_macro(struct xdp_md *ctx)                                                    \
	{                                                                                          \
		return verdict;                                                                    \
	}

PROG(pass, XDP_PASS)
PROG(drop, XDP_DROP)

char _license[] SEC("license") = "GPL";

// CHECK: error: program 'replaceable' cannot be rewritten for hook 'tc': a weak program may be replaced when objects are linked [-Wopened-transform-rejected]
// CHECK: program-shape.c:[[@LINE-6]]:1: error: program 'pass_of_macro' cannot be rewritten where it stands: {{.*}} [-Wopened-transform-unreached]
// CHECK: program-shape.c:[[@LINE-6]]:1: error: program 'drop_of_macro' cannot be rewritten where it stands: {{.*}} [-Wopened-transform-unreached]
