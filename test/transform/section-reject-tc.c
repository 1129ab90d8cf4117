/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * section-reject-tc - of tc's sections only those for packets that come in can go before the stack
 *
 * RUN: %refused %s --to=xdp --function=out --function=container -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=xdp --vlan=bytes --function=in --function=classic --function=on_tcx -- %bpfcc | %FileCheck %s --check-prefix=IN
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define PROG(name) int name(struct __sk_buff *skb) { return skb->len > 100 ? TC_ACT_SHOT : TC_ACT_OK; }

SEC("tc/ingress") PROG(in)
SEC("classifier/name") PROG(classic)
SEC("tcx/ingress") PROG(on_tcx)

SEC("tc/egress")
int out(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

SEC("netkit/peer")
int container(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: section-reject-tc.c:[[@LINE-14]]:1: error: section 'tc/egress' cannot be rewritten for hook 'xdp': XDP sees packets that come in, and these go out [-Wopened-transform-rejected]
// CHECK: section-reject-tc.c:[[@LINE-9]]:1: error: section 'netkit/peer' cannot be rewritten for hook 'xdp':
// CHECK: note: keep it at netkit, which takes programs of tc
//
// IN: #define PROG(name) int name(struct opn_skb *skb) { return opn_skb_len(skb) > 100 ? TC_ACT_SHOT : TC_ACT_OK; }
// IN: PROG(in_tc_body)
// IN-EMPTY:
// IN-NEXT: {{SEC\("xdp"\)|__attribute__}}
// IN: int in(struct xdp_md *ctx)
// IN: int classic(struct xdp_md *ctx)
// IN: int on_tcx(struct xdp_md *ctx)
// IN: SEC("tc/egress")
// IN-NEXT: int out(struct __sk_buff *skb)
