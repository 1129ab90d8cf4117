/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * context-hidden - the context behind a void pointer may come back as what it is, and as nothing else;
 * an object of its type is no context
 *
 * RUN: %refused %s --to=tc --function=through --function=walked --function=object -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=tc --function=fine -- %bpfcc | %FileCheck %s --check-prefix=FINE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct words {
	__u32 first, second;
};

static __always_inline int is_short(void *any)
{
	struct xdp_md *ctx = any;

	return (void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end;
}

SEC("xdp")
int through(struct xdp_md *ctx)
{
	return ((__u32 *)(void *)ctx)[1] == 7 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int walked(struct xdp_md *ctx)
{
	void *any = ctx;
	struct words *words = any;

	return words->second == 9 ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int object(struct xdp_md *ctx)
{
	struct xdp_md fake = { .ingress_ifindex = 3 };

	return fake.ingress_ifindex == ctx->ingress_ifindex ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int fine(struct xdp_md *ctx)
{
	void *any = ctx;
	struct xdp_md *again = any;

	return is_short(ctx) || is_short((void *)again) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK-DAG: context-hidden.c:[[#@LINE-31]]:{{[0-9]+}}: error: this cast of the context cannot be rewritten for hook 'tc'
// CHECK-DAG: context-hidden.c:[[#@LINE-25]]:{{[0-9]+}}: error: this cast of the context cannot be rewritten for hook 'tc'
// CHECK-DAG: context-hidden.c:[[#@LINE-18]]:{{[0-9]+}}: error: this object of the context's type cannot be rewritten for hook 'tc'
//
// FINE: struct __sk_buff *ctx = any;
// FINE: struct __sk_buff *again = any;
