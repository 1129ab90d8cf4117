/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * field-reject - fields that the other hook does not have, each told once with its place and reason
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline int leaves_by(struct xdp_md *ctx)
{
	return ctx->egress_ifindex;
}

SEC("xdp")
int stamped(struct xdp_md *ctx)
{
	if (leaves_by(ctx) && leaves_by(ctx) == ctx->egress_ifindex)
		return XDP_DROP;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: field-reject.c:[[#@LINE-7]]:47: error: field 'egress_ifindex' cannot be rewritten for hook 'tc': it is there for programs of device maps only [-Wopened-transform-rejected]
// CHECK: field-reject.c:[[#@LINE-14]]:14: error: field 'egress_ifindex' cannot be rewritten for hook 'tc': it is there for programs of device maps only [-Wopened-transform-rejected]
// CHECK: 2 errors generated.
