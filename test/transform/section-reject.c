/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * section-reject - sections that name a place which the other hook does not have
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp/devmap")
int leaving(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("?xdp.frags/cpumap")
int steered(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: section-reject.c:[[@LINE-14]]:1: error: section 'xdp/devmap' cannot be rewritten for hook 'tc': {{.*}} [-Wopened-transform-rejected]
// CHECK: note: attach it to that device's tc egress by hand
// CHECK: section-reject.c:[[@LINE-10]]:1: error: section 'xdp.frags/cpumap' cannot be rewritten for hook 'tc': {{.*}} [-Wopened-transform-rejected]
// CHECK: note: RPS
// CHECK: 2 errors generated.
