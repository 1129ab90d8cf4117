/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * context-aliased - the context under types that do not tell it, and helpers under names that do not: what is
 * not followed is refused, what does no harm is not
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=tc -- %bpfcc -DHARMLESS | %FileCheck %s --check-prefix=GOOD
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct state {
	void *ctx;
	__u32 seen;
};

union both {
	struct xdp_md *md;
	__u32 *words;
	void *any;
};

struct whole {
	struct xdp_md md;
};

#ifndef HARMLESS
SEC("xdp")
int as_words(__u32 *ctx) // CHECK-DAG: [[#@LINE]]:5: error: program 'as_words' cannot be rewritten {{.*}}: it takes the context as '__u32 *', whose
{
	return ctx[3] ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int as_number(long ctx) // CHECK-DAG: [[#@LINE]]:5: error: program 'as_number' cannot be rewritten {{.*}}: it takes the context as 'long', whose
{
	return XDP_PASS;
}

static __attribute__((always_inline)) void *same(void *what)
{
	return what;
}

struct helpers {
	long (*redirect)(__u32 index, __u64 flags);
};

static const struct helpers table = { (void *)23 };
#endif

static __attribute__((always_inline)) __u32 first(struct state *s)
{
#ifndef HARMLESS
	__u32 *words = s->ctx; // CHECK-DAG: [[#@LINE]]:17: error: this cast of the context

	return words[0];
#else
	return s->ctx != 0;
#endif
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct state s = { .ctx = ctx, .seen = 1 };
	union both u = { .md = ctx };
	long (*local)(__u32 index, __u64 flags) = (void *)BPF_FUNC_redirect;
	__u64 two = 0;
	__u32 one, *place = &ctx->ingress_ifindex;

	__builtin_memcpy(&one, &ctx->ingress_ifindex, sizeof(one));
	one += *(volatile __u32 *)&ctx->ingress_ifindex + *place;
#ifndef HARMLESS
	__builtin_memcpy(&two, &ctx->ingress_ifindex, sizeof(two)); // CHECK-DAG: [[#@LINE]]:25: error: the address of field 'ingress_ifindex'
	two += *(__u64 *)&ctx->ingress_ifindex; // CHECK-DAG: [[#@LINE]]:19: error: the address of field
	one += u.words[2]; // CHECK-DAG: [[#@LINE]]:11: error: this member of a union
	one += *(__u32 *)same(ctx); // CHECK-DAG: [[#@LINE]]:10: error: this cast of the context
	one += *(__u32 *)({ void *it = ctx; it; }); // CHECK-DAG: [[#@LINE]]:10: error: this cast of the context
	asm volatile("%0 = *(u32 *)(%1 + 12)" : "=r"(one) : "r"((void *)ctx)); // CHECK-DAG: [[#@LINE]]:2: error: this inline assembly {{.*}}: it is handed the context
	asm volatile("r1 = 1; r2 = 0; call 23" ::: "r0", "r1", "r2", "r3", "r4", "r5"); // CHECK-DAG: [[#@LINE]]:2: error: this inline assembly {{.*}}: it calls a helper by its number
	one += ((struct whole *)(long)two)->md.data; // CHECK-DAG: [[#@LINE]]:38: error: this object of the context's type
	one += ((struct xdp_md){ .data = 3 }).data; // CHECK-DAG: [[#@LINE]]:10: error: this object of the context's type
	if (one == 1)
		return ((long (*)(__u32, __u64))BPF_FUNC_redirect)(1, 0); // CHECK-DAG: [[#@LINE]]:10: error: this call {{.*}}: it comes to a helper in a way
	if (one == 2)
		return table.redirect(1, 0); // CHECK-DAG: [[#@LINE]]:10: error: this call {{.*}}: it comes to a helper in a way
	if (one == 3)
		return local(1, 0); // CHECK-DAG: [[#@LINE]]:10: error: this call {{.*}}: it comes to a helper in a way
#endif
	(void)local;
	if ((void *)(long)ctx->data + 40 > (void *)(long)ctx->data_end)
		return XDP_DROP;
	one = *(__u8 *)(long)ctx->data;
	return first(&s) + one + two + (u.any == ctx) > 99 ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// GOOD: struct state s = { .ctx = ctx, .seen = 1 };
// GOOD: __builtin_memcpy(&one, &ctx->ifindex, sizeof(one));
// GOOD: one += *(volatile __u32 *)&ctx->ifindex + *place;
