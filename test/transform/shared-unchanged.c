/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * shared-unchanged - a program of each hook in one file, and helpers of both that need no change:
 * one by bytes, one through a void pointer
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

static __always_inline int is_short(void *data, void *data_end)
{
	return data + 64 > data_end;
}

static __noinline void count(__u32 key)
{
	__u64 *hit = bpf_map_lookup_elem(&hits, &key);

	if (hit)
		__sync_fetch_and_add(hit, 1);
}

SEC("xdp")
int early(struct xdp_md *ctx)
{
	count(0);
	return is_short((void *)(long)ctx->data, (void *)(long)ctx->data_end) ? XDP_DROP : XDP_PASS;
}

SEC("tc")
int late(struct __sk_buff *skb)
{
	count(1);
	return is_short((void *)(long)skb->data, (void *)(long)skb->data_end) ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: static __always_inline int is_short(void *data, void *data_end)
// CHECK: static __noinline void count(__u32 key)
// CHECK: int early_xdp_body(struct __sk_buff *ctx)
// CHECK: SEC("tc")
// CHECK-NEXT: int early(struct __sk_buff *ctx)
// CHECK: SEC("tc")
// CHECK-NEXT: int late(struct __sk_buff *skb)
// CHECK-NEXT: {
// CHECK-NEXT: count(1);
// CHECK-NEXT: return is_short((void *)(long)skb->data, (void *)(long)skb->data_end) ? TC_ACT_SHOT : TC_ACT_OK;
