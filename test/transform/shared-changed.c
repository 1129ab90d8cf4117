/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * shared-changed - a program of each hook in one file, and a helper of both that would have to change
 *
 * RUN: %refused -c %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

static __always_inline int send(__u32 port, int at_xdp)
{
	return at_xdp ? bpf_redirect_map(&ports, port, 0) : bpf_redirect(port, 0);
}

SEC("xdp")
int early(struct xdp_md *ctx)
{
	return send(1, 1);
}

SEC("tc")
int late(struct __sk_buff *skb)
{
	return send(skb->len & 1, 0);
}

char _license[] SEC("license") = "GPL";

// CHECK: shared-changed.c:[[#@LINE-19]]:28: error: function 'send' would change, but 'late', which stays as it is, uses it too [-Wopened-transform-shared]
// CHECK: shared-changed.c:[[#@LINE-18]]:{{[0-9]+}}: note: call of '{{.*}}' would change here
// CHECK: 1 error generated.
