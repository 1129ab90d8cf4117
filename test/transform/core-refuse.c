/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * core-refuse - a question to CO-RE about a field that becomes a function has no answer; one about a
 * field of another name has
 *
 * RUN: %refused -c %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=tc --function=named -- %bpfcc | %FileCheck %s --check-prefix=NAMED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("xdp")
int called(struct xdp_md *ctx)
{
	return bpf_core_field_exists(ctx->rx_queue_index) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int named(struct xdp_md *ctx)
{
	if ((void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return bpf_core_field_exists(ctx->ingress_ifindex) ? XDP_PASS : XDP_TX;
}

char _license[] SEC("license") = "GPL";

// CHECK: error: {{.*}}not a field access
// CHECK: error: the rewritten 'core-refuse.c' does not compile, so nothing was written [-Wopened-transform-broken]
//
// NAMED: return bpf_core_field_exists(ctx->ifindex) ? XDP_PASS : XDP_TX;
