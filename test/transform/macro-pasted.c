/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-pasted - text that is nowhere written cannot be changed
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CONTEXT(hook) struct hook##_md

SEC("xdp")
int prog(CONTEXT(xdp) *ctx)
{
	return (void *)(long)ctx->data + 64 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: macro-pasted.c:[[@LINE-7]]:10: error: the type 'struct xdp_md' cannot be rewritten where it stands: its text is put together by macros or stands in a header that stays an include [-Wopened-transform-unreached]
// CHECK: note: write it out in the project's own source
// CHECK: 1 error generated.
