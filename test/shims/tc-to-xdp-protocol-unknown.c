/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-protocol-unknown - where nobody knows what skb->protocol is at the end, all bytes count
 *
 * The one program uses its whole frame, so that there is no place to keep the context in; the other
 * ends in another program. Each is treated alike at XDP, and says so without these.
 *
 * REQUIRES: bpf
 * DEFINE: %{how} =
 * DEFINE: %{both} = %clang %bpfcc %{how} -c %s -o %t.tc.o && %clang %bpfcc %{how} -DOPN_AFTER -I%root/hookdefs/shims -c %s -o %t.xdp.o
 *
 * RUN: %{both}
 * RUN: %opened-verify --generate=2000 %t.tc.o:protocol %t.xdp.o:protocol | %FileCheck %s --check-prefix=KNOWN
 *
 * REDEFINE: %{how} = -DFULL
 * RUN: %{both}
 * RUN: %status 1 %opened-verify --generate=2000 %t.tc.o:protocol %t.xdp.o:protocol | %FileCheck %s
 *
 * REDEFINE: %{how} = -DTAIL
 * RUN: %{both}
 * RUN: %status 1 %opened-verify --generate=2000 %t.tc.o:protocol %t.xdp.o:protocol | %FileCheck %s
 *
 * KNOWN: equivalent on
 * KNOWN: allowed {{.*}} packets by 'bytes-tell'
 * CHECK: different: bytes on
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#ifdef TAIL
PROGRAM(last)
{
	if (LEN(skb) & 1) {
		result(2);
		return TC_ACT_SHOT;
	}
	return TC_ACT_OK;
}

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, typeof(last));
} programs SEC(".maps") = { .values = { (void *)&last } };
#endif

PROGRAM(protocol)
{
	result(bpf_skb_change_proto(skb, bpf_htons(ETH_P_IPV6), 0));
#if defined(FULL) && !defined(OPN_AFTER)
	volatile long frame[62];
	volatile int last;

	last = 0;
	for (int i = 0; i < 62; i++)
		frame[i] = i;
#endif
#ifdef TAIL
	bpf_tail_call(skb, &programs, 0);
#endif
	if (LEN(skb) & 1) {
		result(1);
		return TC_ACT_SHOT;
	}
	return TC_ACT_OK;
}
