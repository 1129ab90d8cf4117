/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * subprograms - static, inline, noinline, global and weak functions: a global one that takes a context
 * of the shim's must be static, because the verifier would give it the kernel's
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=xdp --vlan=bytes -- %bpfcc -DTC | %FileCheck %s --check-prefix=OWN
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#ifdef TC
#define CONTEXT __sk_buff
#define HOOK "tc"
#define DROP TC_ACT_SHOT
#define PASS TC_ACT_OK
#else
#define CONTEXT xdp_md
#define HOOK "xdp"
#define DROP XDP_DROP
#define PASS XDP_PASS
#endif

static __noinline int is_short(struct CONTEXT *ctx, __u32 bytes)
{
	return (void *)(long)ctx->data + bytes > (void *)(long)ctx->data_end;
}

__attribute__((noinline)) int over(struct CONTEXT *ctx)
{
	return is_short(ctx, 60) || is_short(ctx, 61);
}

__attribute__((noinline)) int bytes(__u32 number)
{
	return number & 63;
}

__noinline int odd(struct CONTEXT *ctx)
{
	return is_short(ctx, 63);
}

SEC(HOOK)
int prog(struct CONTEXT *ctx)
{
	return over(ctx) || odd(ctx) || bytes(100) == 3 ? DROP : PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #define CONTEXT __sk_buff
// CHECK: {{^}}__attribute__((noinline)) int over(struct CONTEXT *ctx)
// CHECK: {{^}}__noinline int odd(struct CONTEXT *ctx)
//
// OWN: #define CONTEXT opn_skb
// OWN: {{^}}static /* global */ __attribute__((noinline)) int over(struct CONTEXT *ctx)
// OWN: {{^}}__attribute__((noinline)) int bytes(__u32 number)
// OWN: {{^}}static /* global */ __noinline int odd(struct CONTEXT *ctx)
