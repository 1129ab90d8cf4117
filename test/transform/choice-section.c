/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * choice-section - a choice that puts the new program into another section
 *
 * RUN: %rewritten %s --to=xdp --vlan=bytes -- %bpfcc | %FileCheck %s --check-prefix=ONE
 * RUN: %rewritten %s --to=xdp --vlan=bytes --buffers=several -- %bpfcc | %FileCheck %s --check-prefix=SEVERAL
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int prog(struct __sk_buff *skb)
{
	return skb->len > 100 ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// ONE: {{SEC\("xdp"\)|section\("xdp"\)}}
// SEVERAL: {{SEC\("xdp.frags"\)|section\("xdp.frags"\)}}
