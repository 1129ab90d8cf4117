/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * line-macro - __LINE__ moves with the text: explained, and nothing else is
 *
 * RUN: %unit -w "'prog' is identical but for __LINE__" prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define TRACE(what) bpf_printk("%d: " what, __LINE__)

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	TRACE("seen");
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define TRACE(what) bpf_printk("%d: " what, __LINE__)
// CHECK: TRACE("seen");
