/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * field-reject - fields that the other hook does not have, each told once with its place and reason
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct stamp {
	__u32 version;
};

static __always_inline int version(struct xdp_md *ctx)
{
	struct stamp *stamp = (void *)(long)ctx->data_meta;

	if ((void *)(stamp + 1) > (void *)(long)ctx->data)
		return 0;
	return stamp->version;
}

SEC("xdp")
int stamped(struct xdp_md *ctx)
{
	if (version(ctx) && version(ctx) == ctx->egress_ifindex)
		return XDP_DROP;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: field-reject.c:[[@LINE-7]]:43: error: field 'egress_ifindex' cannot be rewritten for hook 'tc': {{.*}} [-Wopened-transform-rejected]
// CHECK: field-reject.c:[[@LINE-18]]:43: error: field 'data_meta' cannot be rewritten for hook 'tc': {{.*}} [-Wopened-transform-rejected]
// CHECK: note: keep the XDP part
// CHECK: 2 errors generated.
