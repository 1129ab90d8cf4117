/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rows-tc-to-xdp-lossy - every row of the pair that loses something says what, and is taken by name
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 * RUN: %rewritten -u -w loses %s --to=xdp --accept=mark --accept=priority --accept=tc_index --accept=tc_classid --accept=queue_mapping --accept=tstamp --accept=hash --accept=pkt_type --accept=napi_id --accept=tstamp_type --accept=hwtstamp --accept=bpf_skb_change_type --accept=bpf_get_hash_recalc --accept=bpf_set_hash --accept=bpf_redirect_neigh -- %bpfcc | %FileCheck %s --check-prefix=TAKEN
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

static __u64 word;

SEC("tc")
int lossy(struct __sk_buff *skb)
{
	skb->mark = 1;
	skb->priority = 1;
	skb->tc_index = 1;
	skb->tc_classid = 1;
	skb->queue_mapping = 1;
	skb->tstamp = 1;
	word += skb->hash;
	word += skb->pkt_type;
	word += skb->napi_id;
	word += skb->tstamp;
	word += skb->tstamp_type;
	word += skb->hwtstamp;
	bpf_skb_change_type(skb, 0);
	bpf_get_hash_recalc(skb);
	bpf_set_hash(skb, 1);
	bpf_redirect_neigh(3, 0, 0, 0);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-21]]:7: error: a store to field 'mark' loses something at hook 'xdp': it is gone when the program ends: XDP hands up bytes only [-Wopened-transform-lossy]
// CHECK: note: write it to XDP's metadata (bpf_xdp_adjust_meta()) and set it in a tc program from there, or --accept where only this program reads it
// CHECK: note: --accept=mark takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-23]]:7: error: a store to field 'priority' loses something at hook 'xdp': it is gone when the program ends: XDP hands up bytes only [-Wopened-transform-lossy]
// CHECK: note: write it to XDP's metadata (bpf_xdp_adjust_meta()) and set it in a tc program from there, or --accept where only this program reads it
// CHECK: note: --accept=priority takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-25]]:7: error: a store to field 'tc_index' loses something at hook 'xdp': it is gone when the program ends: XDP hands up bytes only [-Wopened-transform-lossy]
// CHECK: note: write it to XDP's metadata (bpf_xdp_adjust_meta()) and set it in a tc program from there, or --accept where only this program reads it
// CHECK: note: --accept=tc_index takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-27]]:7: error: a store to field 'tc_classid' loses something at hook 'xdp': it is gone when the program ends: XDP hands up bytes only [-Wopened-transform-lossy]
// CHECK: note: write it to XDP's metadata (bpf_xdp_adjust_meta()) and set it in a tc program from there, or --accept where only this program reads it
// CHECK: note: --accept=tc_classid takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-29]]:7: error: a store to field 'queue_mapping' loses something at hook 'xdp': it is gone when the program ends: XDP hands up bytes only; a number of 65535 or more, which tc does not take, is read back [-Wopened-transform-lossy]
// CHECK: note: keep a tc program that sets it
// CHECK: note: --accept=queue_mapping takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-31]]:7: error: a store to field 'tstamp' loses something at hook 'xdp': it is gone when the program ends: XDP hands up bytes only [-Wopened-transform-lossy]
// CHECK: note: --accept=tstamp takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-32]]:15: error: field 'hash' loses something at hook 'xdp': it reads as 0 until bpf_get_hash_recalc() or bpf_set_hash(), also where the device gives a hash [-Wopened-transform-lossy]
// CHECK: note: bpf_xdp_metadata_rx_hash() tells the device's, with drivers that have it
// CHECK: note: --accept=hash takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-34]]:15: error: field 'pkt_type' loses something at hook 'xdp': a unicast packet is PACKET_HOST, also when it is for another host: XDP knows no device address [-Wopened-transform-lossy]
// CHECK: note: compare the destination with the device's address, from a map
// CHECK: note: --accept=pkt_type takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-36]]:15: error: field 'napi_id' loses something at hook 'xdp': it reads as 0: XDP is not told [-Wopened-transform-lossy]
// CHECK: note: --accept=napi_id takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-37]]:15: error: field 'tstamp' loses something at hook 'xdp': it reads as 0, also where packets are stamped as they come in [-Wopened-transform-lossy]
// CHECK: note: bpf_ktime_get_ns() is the time now; bpf_xdp_metadata_rx_timestamp() the device's
// CHECK: note: --accept=tstamp takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-39]]:15: error: field 'tstamp_type' loses something at hook 'xdp': it reads as 0, as tstamp does [-Wopened-transform-lossy]
// CHECK: note: --accept=tstamp_type takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-40]]:15: error: field 'hwtstamp' loses something at hook 'xdp': it reads as 0 [-Wopened-transform-lossy]
// CHECK: note: bpf_xdp_metadata_rx_timestamp() tells it, with drivers that have it
// CHECK: note: --accept=hwtstamp takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-42]]:2: error: call of 'bpf_skb_change_type' loses something at hook 'xdp': the stack finds the type anew, from the destination address, when XDP passes the packet [-Wopened-transform-lossy]
// CHECK: note: write the device's address into the packet instead, and accept
// CHECK: note: --accept=bpf_skb_change_type takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-44]]:2: error: call of 'bpf_get_hash_recalc' loses something at hook 'xdp': it is another number than the kernel's, which hashes with a key of its own; packets of one flow, both ways, still have the same [-Wopened-transform-lossy]
// CHECK: note: --accept=bpf_get_hash_recalc takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-45]]:2: error: call of 'bpf_set_hash' loses something at hook 'xdp': the stack does not get the hash: XDP hands up bytes only [-Wopened-transform-lossy]
// CHECK: note: accept where only this program uses it
// CHECK: note: --accept=bpf_set_hash takes the loss
// CHECK: rows-tc-to-xdp-lossy.c:[[#@LINE-47]]:2: error: call of 'bpf_redirect_neigh' loses something at hook 'xdp': a packet waits for no neighbour: one whose next hop is not in the neighbour table goes to the stack as it is, which routes it as it would any other (and drops it where the program has overwritten the destination's MAC address); one is dropped where the device does not forward (sysctl forwarding), has no route to the next hop, or the next hop is an IPv6 link-local address [-Wopened-transform-lossy]
// CHECK: note: entries of the neighbour table that do not go away (ip neigh replace ... nud permanent) and a route to each next hop; the program's license must be the GPL, for bpf_fib_lookup()
// CHECK: note: --accept=bpf_redirect_neigh takes the loss
// CHECK: 16 errors generated.
//
// TAKEN: int lossy_tc_body(struct opn_skb *skb)
// TAKEN: skb->mark = 1;
// TAKEN: skb->tstamp = 1;
// TAKEN: word += skb->hwtstamp;
// TAKEN: opn_skb_change_type(skb, 0);
// TAKEN: opn_get_hash_recalc(skb);
// TAKEN: opn_set_hash(skb, 1);
// TAKEN: opn_redirect_neigh(skb, 3, 0, 0, 0);
