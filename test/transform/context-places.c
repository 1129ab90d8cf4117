/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * context-places - every place that names the context's type: parameters, locals, casts, typedefs,
 * callbacks, records, generic selections, prototypes; and those that only look so
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s --implicit-check-not="struct xdp_md"
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

typedef struct xdp_md context_t;
typedef int (*check_fn)(struct xdp_md *ctx, __u32 bytes);

struct parser {
	struct xdp_md *ctx;
	const struct xdp_md *const again;
	int (*check)(struct xdp_md *);
	__u32 xdp_md;
};

struct walk {
	struct xdp_md *ctx;
	__u32 least;
	__u32 found;
};

static __always_inline int is_short(const struct xdp_md *ctx, __u32 bytes);
static long walk(__u32 index, void *data);

int places(struct xdp_md *ctx);
SEC("xdp") int places(struct xdp_md *ctx);

static __always_inline int is_short(const struct xdp_md *ctx, __u32 bytes)
{
	return (void *)(long)ctx->data + bytes > (void *)(long)ctx->data_end;
}

static __always_inline int unused(struct xdp_md *ctx)
{
	/* No instruction: it hides the value from the compiler. */
	__asm__ volatile("" : "+r"(ctx));
	return 0;
}

static __always_inline int behind_void(void *any)
{
	struct xdp_md *ctx = (struct xdp_md *)any;

	return is_short(ctx, 70);
}

static __always_inline int by_name(context_t *ctx)
{
	context_t *copy = ctx;

	return is_short(copy, 80);
}

static __always_inline int of_record(struct parser *parser)
{
	return is_short(parser->ctx, 90 + parser->xdp_md);
}

static __always_inline int generic(struct xdp_md *ctx)
{
	return _Generic(ctx, struct xdp_md *: is_short(ctx, 100), default: 1);
}

static __always_inline int checked(struct xdp_md *ctx, check_fn check)
{
	return check((struct xdp_md *)ctx, 110);
}

static __always_inline int longest(struct xdp_md *ctx, __u32 bytes)
{
	return is_short(ctx, bytes);
}

static long walk(__u32 index, void *data)
{
	struct walk *walk = data;

	walk->found += is_short(walk->ctx, walk->least + index);
	return 0;
}

SEC("xdp")
int places(struct xdp_md *ctx)
{
	struct parser parser = { .ctx = ctx, .again = ctx, .xdp_md = 2 };
	struct walk state = { .ctx = ctx, .least = 120 };
	__typeof__(ctx) same = ctx;

	if (behind_void(ctx) || by_name(ctx) || of_record(&parser) || generic(same) || unused(ctx))
		return XDP_DROP;
	if (checked(ctx, longest))
		return XDP_ABORTED;
	bpf_loop(8, walk, &state, 0);
	return state.found ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: #include "xdp-to-tc.h"
// CHECK: typedef struct __sk_buff context_t;
// CHECK-NEXT: typedef int (*check_fn)(struct __sk_buff *ctx, __u32 bytes);
// CHECK: struct parser {
// CHECK-NEXT: struct __sk_buff *ctx;
// CHECK-NEXT: const struct __sk_buff *const again;
// CHECK-NEXT: int (*check)(struct __sk_buff *);
// CHECK-NEXT: __u32 xdp_md;
// CHECK: static __always_inline int is_short(const struct __sk_buff *ctx, __u32 bytes);
// CHECK: {{^}}int places(struct __sk_buff *ctx);
// CHECK-NEXT: {{SEC\("tc"\)|__attribute__.*"tc".*}} int places(struct __sk_buff *ctx);
// CHECK: __asm__ volatile("" : "+r"(ctx));
// CHECK: struct __sk_buff *ctx = (struct __sk_buff *)any;
// CHECK: context_t *copy = ctx;
// CHECK: _Generic(ctx, struct __sk_buff *: is_short(ctx, 100), default: 1);
// CHECK: int places_xdp_body(struct __sk_buff *ctx)
// CHECK: SEC("tc")
// CHECK-NEXT: int places(struct __sk_buff *ctx)
