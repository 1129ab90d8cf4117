/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * type-refuse - code that asks what type the context is, or makes a string of what is rewritten, says
 * something else at another hook; what asks for other types, or makes other strings, does not
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=tc --function=other -- %bpfcc | %FileCheck %s --check-prefix=OTHER
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define is_skb(c) __builtin_types_compatible_p(typeof(*(c)), struct __sk_buff)
#define chosen(c) _Generic((c), struct xdp_md *: 1, struct __sk_buff *: 2)
#define own(c) (_Generic((c), struct xdp_md *: 1, default: 0) && __builtin_types_compatible_p(typeof(*(c)), struct xdp_md))
#define is_number(n) _Generic((n), __u32: 1, default: 0)
#define text_of(x) #x
#define text(x) text_of(x)
#define named(x) (text_of(x)[5] == 'i' ? (x) : 0)
#define DEVICE ctx->ingress_ifindex

SEC("xdp")
int compatible(struct xdp_md *ctx)
{
	return is_skb(ctx) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int generic(struct xdp_md *ctx)
{
	return chosen(ctx) == 2 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int size(struct xdp_md *ctx)
{
	return bpf_core_type_size(struct xdp_md) > 30 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int identity(struct xdp_md *ctx)
{
	return bpf_core_type_id_local(struct xdp_md) > 30 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int offset(struct xdp_md *ctx)
{
	return bpf_core_field_offset(ctx->data_end) > 3 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int string(struct xdp_md *ctx)
{
	return named(ctx->ingress_ifindex) == 7 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int expanded(struct xdp_md *ctx)
{
	return DEVICE + text(DEVICE)[5] == 7 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	__u32 device = ctx->ingress_ifindex;

	if (!is_number(device) || !own(ctx) || text_of(device)[0] != 'd' || !bpf_core_type_exists(struct xdp_md))
		return XDP_ABORTED;
	if ((void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: type-refuse.c:26:9: error: this choice by the context's type cannot be rewritten for hook 'tc': it names the types of both hooks, which become one
// CHECK: type-refuse.c:32:9: error: this choice by the context's type cannot be rewritten
// CHECK: type-refuse.c:38:9: error: this question to CO-RE about the context cannot be rewritten for hook 'tc': the contexts of the two hooks differ in layout and have types of their own
// CHECK: type-refuse.c:44:9: error: this question to CO-RE about the context cannot be rewritten
// CHECK: type-refuse.c:50:9: error: this question to CO-RE about the context cannot be rewritten
// CHECK: type-refuse.c:56:9: error: this string that a macro makes of its argument cannot be rewritten for hook 'tc': it would be another: the argument is rewritten
// CHECK: type-refuse.c:62:{{[0-9]+}}: error: this string that a macro makes of its argument cannot be rewritten
// CHECK-NOT: error:
//
// OTHER: __u32 device = ctx->ifindex;
