/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * program-hooks-mixed - programs of two hooks that both lead there: the user has to choose
 *
 * RUN: rm -rf %t && mkdir %t && cp -r %root/hookdefs %t/hookdefs && cd %S
 * RUN: sed 's/^from: xdp/from: cgroup-skb/' %root/hookdefs/xdp-to-tc.yaml > %t/hookdefs/cgroup-skb-to-tc.yaml
 * RUN: %status 3 %opened-transform --hookdefs=%t/hookdefs --to=tc -o %t/out program-hooks-mixed.c -- %bpfcc 2>&1 | %FileCheck %s
 * RUN: %not ls %t/out
 * RUN: %status 0 %opened-transform --hookdefs=%t/hookdefs --to=tc --from=xdp -o %t/out program-hooks-mixed.c -- %bpfcc
 * RUN: %clang %bpfcc -Wall -Werror -c %t/out/program-hooks-mixed.c -o %t/out.o
 * RUN: %FileCheck %s --check-prefix=CHOSEN < %t/out/program-hooks-mixed.c
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int first(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 64 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

SEC("cgroup_skb/ingress")
int second(struct __sk_buff *skb)
{
	return 1;
}

char _license[] SEC("license") = "GPL";

// CHECK: program-hooks-mixed.c:[[@LINE-7]]:5: error: 'program-hooks-mixed.c' has programs of several hooks that can become 'tc' [-Wopened-program-hook-mixed]
// CHECK: note: choose with --from=xdp or --from=cgroup-skb
//
// CHOSEN: int first_xdp_body(struct __sk_buff *ctx)
// CHOSEN: SEC("tc")
// CHOSEN-NEXT: int first(struct __sk_buff *ctx)
// CHOSEN: SEC("cgroup_skb/ingress")
// CHOSEN-NEXT: int second(struct __sk_buff *skb)
