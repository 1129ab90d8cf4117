/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * shim-name - a header of the project that is called as the shim: refused where it is included, whatever folder
 * it is in, and nothing is written
 *
 * RUN: rm -rf %t && mkdir -p %t/inc && cd %t && cp %s own.c
 * RUN: printf '#pragma once\n#define OWN 14\n' > xdp-to-tc.h
 * RUN: %status 1 %opened-transform --to=tc -o out own.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefixes=CHECK,HERE
 * RUN: %status 1 %opened-transform --to=tc --in-place own.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefixes=CHECK,HERE
 * RUN: mv xdp-to-tc.h inc && %status 1 %opened-transform --to=tc -o out own.c -- %bpfcc -Iinc 2>&1 | %FileCheck %s --check-prefixes=CHECK,THERE
 * RUN: cmp own.c %s && %not ls out
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "xdp-to-tc.h"

SEC("xdp")
int own(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + OWN > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// HERE: own.c:16: error: header 'xdp-to-tc.h' cannot be rewritten for hook 'tc': the result includes the shim header 'xdp-to-tc.h', and this is another one of that name [-Wopened-transform-rejected]
// THERE: own.c:16: error: header 'inc/xdp-to-tc.h' cannot be rewritten for hook 'tc': the result includes the shim header 'xdp-to-tc.h', and this is another one of that name [-Wopened-transform-rejected]
// CHECK: note: rename it; a shim header that was changed, or is of another version, goes: the result gets its own
// CHECK: 1 error generated.
