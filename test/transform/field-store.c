/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * field-store - stores to fields: where a rule of their own says so, and where a value is computed
 *
 * RUN: %rewritten %s --to=xdp --vlan=bytes --function=kept -- %bpfcc | %FileCheck %s
 * RUN: %refused %s --to=xdp --function=lost -- %bpfcc | %FileCheck %s --check-prefix=LOST
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int kept(struct __sk_buff *skb)
{
	__u32 *slot = &skb->cb[3];

	skb->cb[0] = skb->len;
	skb->cb[1]++;
	skb->cb[2] |= 4;
	*slot = 5;
	return skb->cb[0] + skb->cb[1] + skb->cb[2] + skb->cb[3] > 100 ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
int lost(struct __sk_buff *skb)
{
	__u32 *address = &skb->priority;

	skb->mark++;
	skb->tc_index = skb->queue_mapping = 3;
	return *address ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: __u32 *slot = &skb->cb[3];
// CHECK: skb->cb[0] = opn_skb_len(skb);
// CHECK-NEXT: skb->cb[1]++;
// CHECK-NEXT: skb->cb[2] |= 4;
// CHECK: SEC("tc")
// CHECK-NEXT: int lost(struct __sk_buff *skb)
// CHECK: skb->mark++;
//
// LOST-DAG: field-store.c:[[#@LINE-17]]:25: error: a store to field 'priority' loses something
// LOST-DAG: field-store.c:[[#@LINE-16]]:7: error: a store to field 'mark' loses something
// LOST-DAG: field-store.c:[[#@LINE-16]]:7: error: a store to field 'tc_index' loses something
// LOST-DAG: field-store.c:[[#@LINE-17]]:23: error: a store to field 'queue_mapping' loses something
// LOST: 4 errors generated.
