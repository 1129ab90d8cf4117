/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * calls-refuse - helpers by a rule that says no, that the hook lacks, that no table knows, used as
 * values, and arguments that are not the constant that they must be
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

static long (*unheard)(struct __sk_buff *skb) = (void *)4000;
static long (*by_number)(struct __sk_buff *skb, __u32 ifindex, __u64 flags) = (void *)13;

static __always_inline long call(long (*helper)(__u32, __u64), __u32 ifindex)
{
	return helper(ifindex, 0);
}

SEC("tc")
int refuse(struct __sk_buff *skb)
{
	__u32 flags = skb->len & 1;

	bpf_redirect_peer(1, 0);
	bpf_skb_cgroup_id(skb);
	bpf_probe_read(&flags, 1, skb);
	unheard(skb);
	by_number(skb, 2, 0);
	bpf_redirect(3, BPF_F_INGRESS);
	bpf_redirect(4, flags);
	return call(bpf_redirect, 5);
}

char _license[] SEC("license") = "GPL";

// CHECK: calls-refuse.c:[[#@LINE-12]]:2: error: call of 'bpf_redirect_peer' cannot be rewritten for hook 'xdp': {{.*}} [-Wopened-transform-rejected]
// CHECK: note: bpf_redirect() to this side of the pair
// CHECK: calls-refuse.c:[[#@LINE-13]]:2: error: call of 'bpf_skb_cgroup_id'
// CHECK: calls-refuse.c:[[#@LINE-13]]:2: error: call of 'bpf_probe_read' cannot be rewritten for hook 'xdp': programs there may not call it, and no rule says what does the same [-Wopened-transform-rejected]
// CHECK: calls-refuse.c:[[#@LINE-13]]:2: error: call of 'unheard' cannot be rewritten for hook 'xdp': the helper table does not know it [-Wopened-transform-rejected]
// CHECK: calls-refuse.c:[[#@LINE-13]]:2: error: call of 'bpf_clone_redirect'
// CHECK: calls-refuse.c:[[#@LINE-13]]:18: error: call of 'bpf_redirect' cannot be rewritten for hook 'xdp': BPF_F_INGRESS hands
// CHECK: note: keep the redirect in a tc program
// CHECK: calls-refuse.c:[[#@LINE-14]]:18: error: call of 'bpf_redirect' cannot be rewritten for hook 'xdp': BPF_F_INGRESS hands
// CHECK: calls-refuse.c:[[#@LINE-14]]:14: error: this use of 'bpf_redirect' cannot be rewritten for hook 'xdp': a helper that changes can only be called directly [-Wopened-transform-rejected]
