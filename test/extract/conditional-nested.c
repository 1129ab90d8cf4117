/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * conditional-nested - guards around what is kept are kept, nested, and say what was left out
 *
 * RUN: %unit prog %s -- %bpfcc -DTUNNEL=2 -DSTATS | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef DEBUG
#define LOG(x) bpf_printk(x)
#else
#define LOG(x) ((void)0)
#endif

#ifdef TUNNEL
#if TUNNEL == 1
static int encap(int v)
{
	return v;
}
#elif TUNNEL == 2 /* the newer one */
static int encap(int v)
{
	return v + 2;
}
#else
#error "which tunnel?"
#endif /* TUNNEL == 1 */
static int unused_in_tunnel(int v)
{
	return v;
}
#endif /* TUNNEL */

#ifdef STATS
static int unused_stats(int v)
{
	return v;
}
#else
static int unused_no_stats(int v)
{
	return v;
}
#endif

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	LOG("seen");
	return encap(ctx->data);
}

char _license[] SEC("license") = "GPL";

// CHECK: #ifndef TUNNEL
// CHECK-NEXT: #define TUNNEL 2
// CHECK-NEXT: #endif
// CHECK-NOT: STATS
// CHECK: {{^}}#ifdef DEBUG{{$}}
// CHECK-NEXT: not part of this unit
// CHECK-NEXT: {{^}}#else{{$}}
// CHECK: #define LOG(x) ((void)0)
// CHECK-NEXT: {{^}}#endif{{$}}
// CHECK: {{^}}#ifdef TUNNEL{{$}}
// CHECK-NEXT: {{^}}#if TUNNEL == 1{{$}}
// CHECK-NEXT: not part of this unit
// CHECK-NEXT: {{^}}#elif TUNNEL == 2 /* the newer one */{{$}}
// CHECK: static int encap(int v)
// CHECK: return v + 2;
// CHECK: {{^}}#else{{$}}
// CHECK-NEXT: not part of this unit
// CHECK-NEXT: {{^}}#endif /* TUNNEL == 1 */{{$}}
// CHECK: {{^}}#endif /* TUNNEL */{{$}}
// CHECK-NOT: {{STATS|unused}}
// CHECK: int prog(
