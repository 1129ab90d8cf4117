/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stack-room - the context of the other hook is on the stack: a program that needs all of that for
 * itself cannot go there
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=xdp --vlan=bytes --function=fits -- %bpfcc | %FileCheck %s --check-prefix=FITS
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

static __attribute__((noinline)) int third(struct __sk_buff *skb, int at)
{
	volatile char room[200] = {};

	return room[at & 63] + skb->len;
}

static __attribute__((noinline)) int second(struct __sk_buff *skb)
{
	volatile char room[200] = {};

	return third(skb, room[7]) + room[5];
}

SEC("tc")
int full(struct __sk_buff *skb)
{
	return second(skb) ? TC_ACT_OK : TC_ACT_SHOT;
}

static __attribute__((noinline)) int small(struct __sk_buff *skb, int at)
{
	volatile char room[100] = {};

	return room[at & 63] + skb->len > 60;
}

SEC("tc")
int fits(struct __sk_buff *skb)
{
	volatile char room[200] = {};

	return small(skb, room[7]) ? TC_ACT_OK : TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";

// CHECK: stack-room.c:[[#@LINE-22]]:5: error: program 'full' cannot be rewritten for hook 'xdp': with the context, which is on the stack there, it takes 528 bytes of stack or more, and the kernel gives 512 [-Wopened-transform-rejected]
// CHECK: note: make its buffers smaller, or keep them in a map
// CHECK: 1 error generated.
//
// FITS: struct opn_skb skb;
