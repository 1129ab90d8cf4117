/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-tested - a macro that the body only tests is lost: the code behaves differently
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef UNIT
#define COPY_TOS
#endif

SEC("xdp")
int f(struct xdp_md *ctx)
{
	int tos = ctx->ingress_ifindex;

#ifdef COPY_TOS
	tos += ctx->rx_queue_index;
#endif
	return tos;
}

/* CHECK: f 1 differs: 'f': instruction 'load' differs in its properties
 * CHECK-NEXT: original {{.*}}macro-tested.c:20
 * CHECK-NEXT: unit {{.*}}macro-tested.c:22
 * CHECK-NEXT: f 2 differs: 'f': instruction
 * CHECK: f 3 identical
 * CHECK-NEXT: f 4 identical
 */
