/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-kept - a header that is none of the project's: its functions cannot be handed the new
 * context, and its macros cannot change; what needs no change is used as it is
 *
 * RUN: %refused %s --to=tc --function=by_function --function=by_macro -- %bpfcc -isystem system | %FileCheck %s
 * RUN: %rewritten %s --to=tc --function=fine -- %bpfcc -isystem ../in/system | %FileCheck %s --check-prefix=FINE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <length.h>

SEC("xdp")
int by_function(struct xdp_md *ctx)
{
	return length_of(ctx) > 64 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int by_macro(struct xdp_md *ctx)
{
	return DEVICE_OF(ctx) == 4 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int fine(struct xdp_md *ctx)
{
	if (bytes_of((void *)(long)ctx->data, (void *)(long)ctx->data_end) > 100)
		return XDP_TX;
	return LENGTH_OF(ctx) > 64 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: include-kept.c:[[@LINE-19]]:9: error: call of 'length_of' cannot be rewritten for hook 'tc': it takes the context, and stands in a header that stays an include [-Wopened-transform-rejected]
// CHECK: note: copy it into the project
// CHECK: include-kept.c:[[@LINE-15]]:9: error: field 'ingress_ifindex' cannot be rewritten where it stands: {{.*}} [-Wopened-transform-unreached]
//
// FINE: int fine_xdp_body(struct __sk_buff *ctx)
// FINE: return LENGTH_OF(ctx) > 64 ? XDP_DROP : XDP_PASS;
