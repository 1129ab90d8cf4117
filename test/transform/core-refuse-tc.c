/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * core-refuse-tc - the context that takes the place of the kernel's is none that CO-RE could ask about
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

SEC("tc")
int field(struct __sk_buff *skb)
{
	return bpf_core_field_exists(skb->gso_size) ? TC_ACT_OK : TC_ACT_SHOT;
}

SEC("tc")
int type(struct __sk_buff *skb)
{
	return bpf_core_type_exists(struct __sk_buff) ? TC_ACT_OK : TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";

// CHECK: core-refuse-tc.c:16:9: error: this question to CO-RE about the context cannot be rewritten for hook 'xdp': the contexts of the two hooks differ in layout and have types of their own
// CHECK: core-refuse-tc.c:22:9: error: this question to CO-RE about the context cannot be rewritten
