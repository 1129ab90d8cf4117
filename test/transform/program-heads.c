/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * program-heads - several heads of one body, by conditionals: what is put behind the body would be
 * there for each of them
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=tc -- %bpfcc -DONE | %FileCheck %s --check-prefix=ONE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef ONE
SEC("xdp")
#else
#ifdef LOUD
SEC("xdp") int loud(struct xdp_md *ctx) { bpf_printk("loud");
#else
SEC("xdp") int quiet(struct xdp_md *ctx) {
#endif
	return ctx->ingress_ifindex == 1 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
#endif
int prog(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data > 60 ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: program-heads.c:[[#@LINE-14]]:16: error: program 'quiet' cannot be rewritten for hook 'tc': its head stands in a conditional that ends before its body [-Wopened-transform-rejected]
// CHECK: note: write the body as a function of its own, and a program for each head
// CHECK: 1 error generated.
//
// ONE: int prog_xdp_body(struct __sk_buff *ctx)
