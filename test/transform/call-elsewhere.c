/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * call-elsewhere - a function of another source takes the context: linked with that source's object
 * of today it would read the old context
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int judge(struct xdp_md *ctx);
int limit(int queue);

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	if (limit(ctx->rx_queue_index))
		return XDP_DROP;
	return judge(ctx);
}

char _license[] SEC("license") = "GPL";

// CHECK: call-elsewhere.c:[[#@LINE-5]]:9: error: call of 'judge' cannot be rewritten for hook 'tc': it takes the context, and is defined in another source, which may stay as it is [-Wopened-transform-rejected]
// CHECK: note: include the source that defines it
// CHECK: 1 error generated.
