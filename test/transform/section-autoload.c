/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * section-autoload - a program that is not loaded by itself stays one
 *
 * RUN: %rewritten -u %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("?xdp")
int idle(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 64 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: int idle_xdp_body(struct __sk_buff *ctx)
// CHECK: SEC("?tc")
// CHECK-NEXT: int idle(struct __sk_buff *ctx)
