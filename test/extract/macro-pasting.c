/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-pasting - functions that a project's macros make: by pasting, and with the body as argument
 *
 * RUN: %unit count_tcp %s -- %bpfcc | %FileCheck %s
 * RUN: %unit count_udp %s -- %bpfcc | %FileCheck %s --check-prefix=UDP
 * RUN: %unit whole %s -- %bpfcc | %FileCheck %s --check-prefix=WHOLE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define NUMBER_TCP 6
#define NUMBER_UDP 17
#define NUMBER(name) NUMBER_##name

#define COUNTER(lower, upper)                     \
	SEC("xdp")                                \
	int count_##lower(struct xdp_md *ctx)     \
	{                                         \
		return match(ctx, NUMBER(upper)); \
	}

#define WHOLE_PROGRAM(name, ...) SEC("xdp") int name(struct xdp_md *ctx) { __VA_ARGS__ }

static __always_inline int match(struct xdp_md *ctx, int number)
{
	return ctx->rx_queue_index == number ? XDP_PASS : XDP_DROP;
}

COUNTER(tcp, TCP)
COUNTER(udp, UDP)

WHOLE_PROGRAM(whole, if (ctx->ingress_ifindex) return XDP_PASS; return XDP_DROP;)

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}#define NUMBER_TCP 6{{$}}
// CHECK-NOT: NUMBER_UDP
// CHECK: {{^}}#define NUMBER(name) NUMBER_##name{{$}}
// CHECK: {{^}}#define COUNTER(lower, upper)     {{.*}}\{{$}}
// CHECK-NOT: WHOLE
// CHECK: static __always_inline int match(
// CHECK: {{^}}COUNTER(tcp, TCP){{$}}
// CHECK-NOT: {{COUNTER|WHOLE}}
//
// UDP-NOT: NUMBER_TCP
// UDP: #define NUMBER_UDP 17
// UDP-NOT: COUNTER(tcp
// UDP: {{^}}COUNTER(udp, UDP){{$}}
//
// WHOLE-NOT: NUMBER
// WHOLE: #define WHOLE_PROGRAM(name, ...) SEC("xdp")
// WHOLE-NOT: {{COUNTER|match}}
// WHOLE: {{^}}WHOLE_PROGRAM(whole, if (ctx->ingress_ifindex) return XDP_PASS; return XDP_DROP;){{$}}
