/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * capture-fooled - a capture on the device under test sees what tc drops: it finds a program that
 * passes all and one that drops all alike
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DTC -c %s -o %t.tc.o
 * RUN: %status 1 %live --capture %t.xdp.o:pass %t.tc.o:drop %frames | %FileCheck %s
 * RUN: %status 1 %live --capture %t.xdp.o:drop %t.tc.o:drop %frames \
 * RUN:   | %FileCheck %s --check-prefix=DROPS
 *
 * CHECK: different: fate 'pass' against 'drop'
 * CHECK-SAME: 4 of 4 packets differ
 * CHECK: saw 4 frames with the first program and 4 with the second: the same ones
 *
 * And it finds two programs that do the same different:
 *
 * DROPS: inconclusive: every frame was dropped
 * DROPS: saw 0 frames with the first program and 4 with the second: not the same ones
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#ifdef TC
SEC("tc")
int drop(struct __sk_buff *skb __attribute__((unused)))
{
	return TC_ACT_SHOT;
}
#else
SEC("xdp")
int pass(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

SEC("xdp")
int drop(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_DROP;
}
#endif

char _license[] SEC("license") = "GPL";
