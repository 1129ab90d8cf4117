/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kfuncs-value - a kfunc as a value: of another name where the program has the kernel's context, and
 * refused where it has the shim's, which it would be handed
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 * RUN: %rewritten -u %s --to=tc -- %bpfcc | %FileCheck %s --check-prefix=TC
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;

static __always_inline int fails(void *ctx, int (*make)(void *, __u64, struct bpf_dynptr *))
{
	struct bpf_dynptr ptr;

	return make(ctx, 0, &ptr);
}

SEC("tc")
int at_tc(struct __sk_buff *skb)
{
	return fails(skb, (void *)bpf_dynptr_from_skb) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("xdp")
int at_xdp(struct xdp_md *ctx)
{
	return fails(ctx, (void *)bpf_dynptr_from_xdp) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: kfuncs-value.c:[[#@LINE-11]]:28: error: this use of 'bpf_dynptr_from_skb' cannot be rewritten for hook 'xdp': it takes the kernel's context, and is handed ours [-Wopened-transform-rejected]
// CHECK: note: call it where it is needed
//
// TC: return fails(ctx, (void *)bpf_dynptr_from_skb) ? XDP_DROP : XDP_PASS;
