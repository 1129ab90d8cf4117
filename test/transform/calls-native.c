/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * calls-native - where the context is the shim's own, helpers that both hooks have get the kernel's
 *
 * RUN: %rewritten -u %s --to=xdp -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define EMIT(skb, what) bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, &(what), sizeof(what))
/* The same argument in two ways. */
#define NOTE(skb, what) (EMIT(skb, what) + (skb)->mark + bpf_skb_load_bytes(skb, 0, &(what), 1))

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

static __always_inline struct __sk_buff *chosen(struct __sk_buff *skb)
{
	return skb;
}

SEC("tc")
int native(struct __sk_buff *skb)
{
	struct __sk_buff **indirect = &skb;
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;
	__u32 length = skb->len, bytes;

	bpf_perf_event_output(skb, &events, 0, &length, sizeof(length));
	bpf_perf_event_output(*indirect, &events, 0, &length, sizeof(length));
	bpf_perf_event_output(chosen(skb), &events, 0, &length, sizeof(length));
	EMIT(skb, length);
	length += NOTE(skb, length) + NOTE(chosen(skb), length);
	if (bpf_skb_load_bytes(skb, 0, &bytes, sizeof(bytes)))
		return TC_ACT_SHOT;
	sk = bpf_skc_lookup_tcp(skb, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (sk)
		bpf_sk_release(sk);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define EMIT(skb, what) bpf_perf_event_output((skb)->xdp, &events, BPF_F_CURRENT_CPU, &(what), sizeof(what))
// CHECK: #define NOTE(skb, what) (EMIT(skb, what) + (skb)->mark + opn_skb_load_bytes(skb, 0, &(what), 1))
// CHECK: bpf_perf_event_output(skb->xdp, &events, 0, &length, sizeof(length));
// CHECK: bpf_perf_event_output((*indirect)->xdp, &events, 0, &length, sizeof(length));
// CHECK: bpf_perf_event_output((chosen(skb))->xdp, &events, 0, &length, sizeof(length));
// CHECK: EMIT(skb, length);
// CHECK-NEXT: length += NOTE(skb, length) + NOTE(chosen(skb), length);
// CHECK: if (opn_skb_load_bytes(skb, 0, &bytes, sizeof(bytes)))
// CHECK: sk = bpf_skc_lookup_tcp(skb->xdp, &tuple,
// CHECK: bpf_sk_release(sk);
