/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-both - one macro reads the context and a record of the project's own that has both names of
 * the field: what is right for one is wrong for the other
 *
 * RUN: %refused %s --to=tc --function=after -- %bpfcc | %FileCheck %s
 * RUN: %refused %s --to=tc --function=before -- %bpfcc | %FileCheck %s --check-prefix=BEFORE
 * RUN: %rewritten %s --to=tc --function=alone -- %bpfcc | %FileCheck %s --check-prefix=ALONE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct seen {
	__u32 ifindex, ingress_ifindex;
};

#define DEVICE(p) ((p)->ingress_ifindex)
#define NUMBER(p) ((p)->ingress_ifindex)

SEC("xdp")
int after(struct xdp_md *ctx)
{
	struct seen seen = { .ifindex = 77, .ingress_ifindex = DEVICE(ctx) };

	return DEVICE(&seen) == 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int before(struct xdp_md *ctx)
{
	struct seen seen = { 77, 1 };

	return DEVICE(&seen) == DEVICE(ctx) ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int alone(struct xdp_md *ctx)
{
	struct seen seen = { 77, 1 };

	return NUMBER(ctx) == seen.ingress_ifindex && ctx->data_end - ctx->data > 60 ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: macro-both.c:[[#@LINE-21]]:9: error: field 'ingress_ifindex' cannot be rewritten where it stands: the same text would have to become two different things [-Wopened-transform-unreached]
// CHECK: 1 error generated.
//
// BEFORE: macro-both.c:[[#@LINE-16]]:26: error: field 'ingress_ifindex' cannot be rewritten where it stands: the same text would have to become two different things [-Wopened-transform-unreached]
// BEFORE: 1 error generated.
//
// ALONE: #define NUMBER(p) ((p)->ifindex)
// ALONE: return NUMBER(ctx) == seen.ingress_ifindex
