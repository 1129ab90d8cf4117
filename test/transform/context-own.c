/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * context-own - where the new context is a structure of the shim's: it has all fields by name, and
 * kernel functions get the kernel's
 *
 * RUN: %rewritten %s --to=xdp --vlan=bytes -- %bpfcc | %FileCheck %s --implicit-check-not="struct __sk_buff"
 */

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

typedef struct __sk_buff skb_t;

static __always_inline int is_ip(const struct __sk_buff *skb)
{
	return skb->protocol == bpf_htons(ETH_P_IP);
}

int count(struct __sk_buff *skb)
{
	__u32 key = skb->cb[1];
	__u64 *hit = bpf_map_lookup_elem(&hits, &key);

	if (hit)
		__sync_fetch_and_add(hit, skb->len);
	return 0;
}

static inline void note(skb_t *skb, __u32 slot)
{
	skb->cb[1] = slot;
}

SEC("tc")
int own(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *data_end = (void *)(long)(*skb).data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > data_end)
		return TC_ACT_SHOT;
	note(skb, is_ip(skb));
	count(skb);
	return eth->h_source[5] & 1 ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: #include "tc-to-xdp.h"
// CHECK: typedef struct opn_skb skb_t;
// CHECK: static __always_inline int is_ip(const struct opn_skb *skb)
// CHECK-NEXT: {
// CHECK-NEXT: return skb->protocol == bpf_htons(ETH_P_IP);
// CHECK: static /* global */ int count(struct opn_skb *skb)
// CHECK: __u32 key = skb->cb[1];
// CHECK: __sync_fetch_and_add(hit, opn_skb_len(skb));
// CHECK: static inline void note(skb_t *skb, __u32 slot)
// CHECK-NEXT: {
// CHECK-NEXT: skb->cb[1] = slot;
// CHECK: int own_tc_body(struct opn_skb *skb)
// CHECK: void *data = (void *)(long)skb->xdp->data, *data_end = (void *)(long)(*skb).xdp->data_end;
// CHECK: SEC("xdp")
// CHECK-NEXT: int own(struct xdp_md *ctx)
// CHECK-NEXT: {
// CHECK-NEXT: struct opn_skb skb;
// CHECK: return opn_skb_leave(&skb, own_tc_body(&skb));
