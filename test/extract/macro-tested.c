/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-tested - a macro that a body only tests decides what the body does
 *
 * RUN: %unit outer %s -- %bpfcc | %FileCheck %s
 * RUN: %unit inner %s -- %bpfcc | %FileCheck %s --check-prefix=INNER
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define COPY_INNER
#define LEVEL 3
#define QUEUES 4
#define OTHER
#define OTHER_LEVEL 3

int inner(int tos)
{
#ifdef COPY_INNER
	return tos;
#elif defined(NOT_HERE)
	return -1;
#else
	return 0;
#endif
}

SEC("xdp")
int outer(struct xdp_md *ctx)
{
#if defined(ABSENT) || LEVEL > 2
	return inner(ctx->data);
#endif
#if QUEUES == 4 && !ABSENT
	return XDP_DROP;
#endif
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}#define COPY_INNER{{$}}
// CHECK: {{^}}#define LEVEL 3{{$}}
// CHECK: {{^}}#define QUEUES 4{{$}}
// CHECK-NOT: OTHER
// CHECK: {{^}}#ifdef COPY_INNER{{$}}
// CHECK-NEXT: return tos;
// CHECK-NEXT: #elif defined(NOT_HERE)
// CHECK-NEXT: return -1;
// CHECK-NEXT: #else
// CHECK-NEXT: return 0;
// CHECK-NEXT: #endif
// CHECK: #if defined(ABSENT) || LEVEL > 2
// CHECK: #if QUEUES == 4 && !ABSENT
//
// INNER: #define COPY_INNER
// INNER-NOT: {{LEVEL|QUEUES|OTHER|license}}
// INNER: int inner(int tos)
