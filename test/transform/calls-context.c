/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * calls-context - a call without a context, for which something stands that needs one: it is given
 * the caller's, and gives it back when the program goes home
 *
 * RUN: %rewritten -u -w "call of 'bpf_redirect_neigh' loses" %s --to=xdp --accept=bpf_redirect_neigh -- %bpfcc | %FileCheck %s
 * RUN: %refused %s --to=xdp --accept=bpf_redirect_neigh -- %bpfcc -DAPART | %FileCheck %s --check-prefix=APART
 * RUN: %refused %s --to=xdp --accept=bpf_redirect_neigh -- %bpfcc -DMACRO | %FileCheck %s --check-prefix=MACRO
 * RUN: %refused -c %s --to=xdp --accept=bpf_redirect_neigh -- %bpfcc -DSHADOW | %FileCheck %s --check-prefix=SHADOW
 *
 * RUN: rm -rf %t && mkdir %t && cp %s %t/neigh.c && cd %t
 * RUN: %opened-transform -q --to=xdp --accept=bpf_redirect_neigh -o there neigh.c -- %bpfcc
 * RUN: %opened-transform -q --to=tc --accept=opn_redirect_neigh -o again there/neigh.c -- %bpfcc
 * RUN: cmp neigh.c again/there/neigh.c
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define TABLE_SIZE (1 + 3)

static __u32 table[TABLE_SIZE];

static int apart(int key)
{
#ifdef APART
	return bpf_redirect_neigh(table[key & 3], 0, 0, 0);
#endif
	return TC_ACT_SHOT;
}

#ifdef MACRO
#define SEND(to) return bpf_redirect_neigh(to, 0, 0, 0)
#else
#define SEND(to) return TC_ACT_OK
#endif

static int send(int key, struct __sk_buff *packet)
{
	/* Not the name that the program has for it. */
	return bpf_redirect_neigh (table[key & 3], /* by route */ 0, 0, 0);
}

SEC("tc")
int neigh(struct __sk_buff *skb)
{
	if (skb->len > 1000)
		return apart(skb->len);
	if (skb->len > 500)
		return send(skb->len, skb);
	if (skb->len > 100)
		SEND(4);
	if (skb->len > 60)
		return bpf_redirect_neigh(skb->ingress_ifindex, 0, 0, 0);
#ifdef SHADOW
	{
		__u32 skb = 3;

		return bpf_redirect_neigh(skb, 0, 0, 0);
	}
#endif
	return bpf_redirect_neigh(TABLE_SIZE, 0, 0, 0);
}

char _license[] SEC("license") = "GPL";

// CHECK: return opn_redirect_neigh (packet, table[key & 3], /* by route */ 0, 0, 0);
// CHECK: return opn_redirect_neigh(skb, opn_skb_iif(skb), 0, 0, 0);
// CHECK: return opn_redirect_neigh(skb, TABLE_SIZE, 0, 0, 0);
//
// APART: calls-context.c:[[#@LINE-44]]:9: error: call of 'bpf_redirect_neigh' cannot be rewritten for hook 'xdp': what does it there needs the context, which this function is not given [-Wopened-transform-rejected]
// APART: note: hand the context on to the function
//
// MACRO: error: call of 'bpf_redirect_neigh' {{.*}} [-Wopened-transform-unreached]
//
// SHADOW: error: the rewritten 'calls-context.c' does not compile, so nothing was written [-Wopened-transform-broken]
