/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * vmlinux - a source that has its types from the kernel's BTF
 *
 * REQUIRES: bpf
 * RUN: rm -rf %t.types && mkdir %t.types && bpftool btf dump file /sys/kernel/btf/vmlinux format c > %t.types/vmlinux.h
 * RUN: %rewritten %s --to=tc -- %bpfcc -I%t.types | %FileCheck %s
 * RUN: %rewritten %s --to=xdp --vlan=bytes -- %bpfcc -I%t.types -DTC | %FileCheck %s --check-prefix=OWN
 */

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#ifdef TC
SEC("tc")
int prog(struct __sk_buff *skb)
{
	return skb->len > 100 ? 2 : 0;
}
#else
SEC("xdp")
int prog(struct xdp_md *ctx)
{
	if ((void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return ctx->ingress_ifindex == 5 ? XDP_TX : XDP_PASS;
}
#endif

char _license[] SEC("license") = "GPL";

// CHECK: #include "vmlinux.h"
// CHECK: return ctx->ifindex == 5 ? XDP_TX : XDP_PASS;
// CHECK-NOT: ==> vmlinux.h
// OWN: return opn_skb_len(skb) > 100 ? 2 : 0;
