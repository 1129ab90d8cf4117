/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-field - a macro that is given the field: another name can stand in its argument, a function
 * cannot, because the macro reads other fields too
 *
 * RUN: %rewritten %s --to=tc --function=named -- %bpfcc | %FileCheck %s
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s --check-prefix=CALLED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define GET(ctx, field) ((ctx)->field)

struct other {
	__u32 ingress_ifindex;
};

SEC("xdp")
int named(struct xdp_md *ctx)
{
	struct other other = { 7 };

	if (GET(ctx, ingress_ifindex) == GET(&other, ingress_ifindex))
		return XDP_DROP;
	return GET(ctx, data_end) - GET(ctx, data) > 100 ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int called(struct xdp_md *ctx)
{
	return GET(ctx, rx_queue_index) + GET(ctx, ingress_ifindex) == 3 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define GET(ctx, field) ((ctx)->field)
// CHECK: if (GET(ctx, ifindex) == GET(&other, ingress_ifindex))
//
// CALLED: macro-field.c:[[@LINE-8]]:9: error: field 'rx_queue_index' cannot be rewritten where it stands: {{.*}} [-Wopened-transform-unreached]
