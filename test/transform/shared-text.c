/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * shared-text - macros and types that would change for a program which stays: a field in a macro, a
 * context named by a macro, by a typedef, by a member; a macro that writes programs. Together they go
 *
 * RUN: %refused -c %s --to=tc --function=field -- %bpfcc | %FileCheck %s --check-prefix=FIELD
 * RUN: %refused -c %s --to=tc --function=named -- %bpfcc -DNAMED | %FileCheck %s --check-prefix=NAMED
 * RUN: %refused -c %s --to=tc --function=typed -- %bpfcc -DTYPED | %FileCheck %s --check-prefix=TYPED
 * RUN: %refused -c %s --to=tc --function=one_of_macro -- %bpfcc -DWHOLE | %FileCheck %s --check-prefix=WHOLE
 * RUN: for form in ONLY NAMED TYPED WHOLE; do %rewritten %s --to=tc -- %bpfcc -D$form > %t.out || exit; done
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SHORT(ctx, n) ((void *)(long)(ctx)->data + (n) > (void *)(long)(ctx)->data_end)

#if defined(NAMED)
#define CONTEXT struct xdp_md

SEC("xdp")
int named(CONTEXT *ctx)
{
	return SHORT(ctx, 60) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int stays(CONTEXT *ctx)
{
	return SHORT(ctx, 61) ? XDP_DROP : XDP_PASS;
}
#elif defined(TYPED)
typedef struct xdp_md context_t;

SEC("xdp")
int typed(context_t *ctx)
{
	return SHORT(ctx, 60) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int stays(context_t *ctx)
{
	return SHORT(ctx, 61) ? XDP_DROP : XDP_PASS;
}
#elif defined(WHOLE)
#define PROGRAM(name, bytes)                                                                       \
	SEC("xdp")                                                                                 \
	int name##_of_macro(struct xdp_md *ctx)                                                    \
	{                                                                                          \
		return SHORT(ctx, bytes) ? XDP_DROP : XDP_PASS;                                    \
	}

PROGRAM(one, 60)
PROGRAM(two, 61)
#else
#define DEVICE(ctx) ((ctx)->ingress_ifindex)

SEC("xdp")
int field(struct xdp_md *ctx)
{
	return DEVICE(ctx) == 77 || SHORT(ctx, 60) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int stays(struct xdp_md *ctx)
{
	return DEVICE(ctx) == 78 || SHORT(ctx, 61) ? XDP_DROP : XDP_PASS;
}
#endif

char _license[] SEC("license") = "GPL";

// FIELD: shared-text.c:[[@LINE-17]]:{{[0-9]+}}: error: 'ingress_ifindex' would change, but 'stays', which stays as it is, uses it too [-Wopened-transform-shared]
// NAMED: shared-text.c:[[@LINE-56]]:{{[0-9]+}}: error: 'xdp_md' would change, but 'stays', which stays as it is, uses it too [-Wopened-transform-shared]
// TYPED: shared-text.c:[[@LINE-43]]:{{[0-9]+}}: error: 'xdp_md' would change, but 'stays', which stays as it is, uses it too [-Wopened-transform-shared]
// WHOLE: error: {{.*}} would change, but 'two_of_macro', which stays as it is, uses it too [-Wopened-transform-shared]
