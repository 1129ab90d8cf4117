/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * conditions - what a choice settles is not told as a condition, by --explain and in the manifest
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && cp %s c.c
 * RUN: %opened-transform --to=tc -f down --explain c.c -- %bpfcc > told && %FileCheck %s --check-prefixes=DOWN,LOOKS --implicit-check-not='linear is full' --implicit-check-not='four tags' < told
 * RUN: %opened-transform --to=tc -f down --explain --vlan=materialise c.c -- %bpfcc > told && %FileCheck %s --check-prefixes=DOWN,TAGS --implicit-check-not='look for VLAN' < told
 * RUN: %opened-transform --to=tc -f down --explain --fidelity=exact c.c -- %bpfcc > told && %FileCheck %s --check-prefixes=DOWN,TAGS --implicit-check-not='look for VLAN' < told
 * RUN: %opened-transform --to=tc -f down --explain --fidelity=exact --vlan=ignore --linear=header --manifest=m.json c.c -- %bpfcc > told && %FileCheck %s --check-prefixes=DOWN,LOOKS,LINEAR --implicit-check-not='four tags' < told
 * RUN: grep -c '"condition": "linear is full, or the program takes less than the whole packet"' m.json | grep -x 1
 * RUN: %opened-transform --to=xdp -f up --explain c.c -- %bpfcc > told && %FileCheck %s --check-prefix=UP --implicit-check-not='vlan is view' --implicit-check-not='buffers is one' < told
 * RUN: %opened-transform --to=xdp -f up --explain --vlan=bytes --buffers=several c.c -- %bpfcc > told && %FileCheck %s --check-prefix=OTHER < told
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int down(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 64 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int up(struct __sk_buff *skb)
{
	bpf_skb_pull_data(skb, 64);
	return skb->vlan_present ? 2 : 0;
}

char _license[] SEC("license") = "GPL";

// DOWN: [fields.data]
// LOOKS: right when the program does not look for VLAN tags, or vlan is materialise (fidelity exact does so); packets are what GRO has made
// TAGS: right when at most four tags; packets are what GRO has made
// DOWN: [fields.data_end]
// LINEAR: right when linear is full
// UP: [calls.bpf_skb_pull_data]
// UP-NEXT: because
// UP-NEXT: [fields.vlan_present]
// UP-NEXT: because
// UP-NEXT: right when the device leaves tags in the bytes (ethtool
// OTHER: right when buffers is one: of what lies in further buffers
// OTHER: right when vlan is view; the device leaves tags in the bytes
