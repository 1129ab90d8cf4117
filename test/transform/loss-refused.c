/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * loss-refused - what loses something needs the user's word, by the rule's name
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 * RUN: %refused %s --to=xdp --accept=priority -- %bpfcc | %FileCheck %s --check-prefix=HALF
 * RUN: %rewritten -u -w "a store to field 'mark' loses" -w "a store to field 'priority' loses" %s --to=xdp --accept=priority --accept=mark -- %bpfcc | %FileCheck %s --check-prefix=BOTH
 * RUN: %rewritten -u -w "a store to field 'mark'" -w "a store to field 'priority'" -w "no rule 'cb' was met that loses something [-Wopened-accept-unused]" %s --to=xdp --accept=priority --accept=mark --accept=cb -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=BOTH
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int mark(struct __sk_buff *skb)
{
	if (skb->mark)
		return TC_ACT_OK;
	skb->mark = 1;
	skb->priority |= 2;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: loss-refused.c:[[@LINE-7]]:7: error: a store to field 'mark' loses something at hook 'xdp': it is gone when the program ends: XDP hands up bytes only [-Wopened-transform-lossy]
// CHECK: note: write it to XDP's metadata
// CHECK: note: --accept=mark takes the loss
// CHECK: loss-refused.c:[[@LINE-9]]:7: error: a store to field 'priority' loses something
// CHECK: note: --accept=priority takes the loss
// CHECK: 2 errors generated.
//
// HALF: error: a store to field 'mark' loses something {{.*}} [-Wopened-transform-lossy]
// HALF: warning: a store to field 'priority' loses something {{.*}} [-Wopened-transform-lost]
// HALF: 1 warning and 1 error generated.
//
// BOTH: int mark_tc_body(struct opn_skb *skb)
// BOTH: skb->mark = 1;
// BOTH-NEXT: skb->priority |= 2;
// BOTH: SEC("xdp")
// BOTH-NEXT: int mark(struct xdp_md *ctx)
