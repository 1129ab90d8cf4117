/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * program-untold - sections that no table knows: their own loaders say which hook the programs are for. The
 * context tells where one hook only has it; else --from says.
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: %status 1 %opened-transform --to=xdp -o %t.none %s -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=NONE
 * RUN: not ls %t.none
 * RUN: %rewritten %s --to=xdp --from=tc --vlan=bytes -- %bpfcc | %FileCheck %s --check-prefix=FROM
 * RUN: %opened-transform --check %s -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=LEFT
 * RUN: %opened-transform --check --from=tc --to=xdp %s -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=SAID
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("xdp_prognum1") int drop_short(struct xdp_md *ctx)
{
	if ((void *)(long)ctx->data + 64 > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return XDP_PASS;
}

SEC("act_main") int limit(struct __sk_buff *skb)
{
	return skb->len > 100 ? TC_ACT_SHOT : TC_ACT_OK;
}

/* A hook of its own, whose context the other's is not. */
SEC("my_sockops") int options(struct bpf_sock_ops *ops)
{
	return ops->op;
}

char _license[] SEC("license") = "GPL";

// CHECK: int drop_short_xdp_body(struct __sk_buff *ctx)
// CHECK: SEC("tc")
// CHECK: int drop_short(struct __sk_buff *ctx)
// CHECK: SEC("act_main") int limit(struct __sk_buff *skb)
// CHECK: SEC("my_sockops") int options(

// NONE: program-untold.c:{{[0-9]+}}:21: warning: program 'limit' is left: no table knows its section 'act_main', and programs of several hooks have its context [-Wopened-program-hook-untold]
// NONE: note: if it is one, say --from=tc
// NONE-NOT: options
// NONE: error: no eBPF program in '{{.*}}program-untold.c' [-Wopened-programs-none]
// NONE: note: wanted is a program at hook 'tc'

// FROM: SEC("xdp_prognum1") int drop_short(struct xdp_md *ctx)
// FROM: int limit_tc_body(struct opn_skb *skb)
// FROM: SEC("xdp")
// FROM: int limit(struct xdp_md *ctx)

// LEFT-DAG: warning: program 'limit' is left
// LEFT-DAG: "program": "drop_short",

// SAID: "program": "limit",
// SAID: "from": "tc",
