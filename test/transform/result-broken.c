/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * result-broken - what only a compiler can see is looked at by one, before anything is written
 *
 * RUN: %refused -c %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

_Static_assert(sizeof(struct xdp_md) == 24, "the context as of Linux 5.8");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 64 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: result-broken.c:{{[0-9]+}}:16: error: static assertion failed {{.*}}: the context as of Linux 5.8
// CHECK: error: the rewritten 'result-broken.c' does not compile, so nothing was written [-Wopened-transform-broken]
