/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * dynptr-flags - a store through a dynptr: an skb's takes flags, XDP's does not
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;

SEC("tc")
int prog(struct __sk_buff *skb)
{
	struct bpf_dynptr ptr;
	__u8 byte = 3;

	if (bpf_dynptr_from_skb(skb, 0, &ptr))
		return TC_ACT_SHOT;
	bpf_dynptr_write(&ptr, 20, &byte, 1, 0);
	bpf_dynptr_write(&ptr, 21, &byte, 1, BPF_F_RECOMPUTE_CSUM);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: dynptr-flags.c:[[#@LINE-6]]:39: error: call of 'bpf_dynptr_write' cannot be rewritten for hook 'xdp': XDP takes no flags, and tc does [-Wopened-transform-rejected]
// CHECK: 1 error generated.
