/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * loss-call - helpers and fields that lose something, accepted by name; the loss is in the manifest
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 * RUN: %rewritten -u -w "call of 'bpf_get_hash_recalc' loses" -w "field 'hash' loses" %s --to=xdp --accept=bpf_get_hash_recalc --accept=hash -- %bpfcc | %FileCheck %s --check-prefix=TAKEN
 * RUN: %python -c "import json; m = json.load(open('%t/out/loss-call.c.transform.json')); assert {s['rule'] for s in m['sites'] if 'lost' in s} == {'calls.bpf_get_hash_recalc', 'fields.hash'}"
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int spread(struct __sk_buff *skb)
{
	bpf_get_hash_recalc(skb);
	return skb->hash & 1 ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: loss-call.c:[[@LINE-6]]:2: error: call of 'bpf_get_hash_recalc' loses something at hook 'xdp': {{.*}} [-Wopened-transform-lossy]
// CHECK: note: --accept=bpf_get_hash_recalc takes the loss
// CHECK: loss-call.c:[[@LINE-7]]:14: error: field 'hash' loses something at hook 'xdp': {{.*}} [-Wopened-transform-lossy]
// CHECK: note: bpf_xdp_metadata_rx_hash()
// CHECK: note: --accept=hash takes the loss
//
// TAKEN: opn_get_hash_recalc(skb);
// TAKEN-NEXT: return skb->hash & 1 ? TC_ACT_SHOT : TC_ACT_OK;
