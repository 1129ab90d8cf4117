/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * back-declared - what was global, a section at a prototype, a kfunc's declaration and a static tail
 * call come back as they were
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && cp %s tc.c && sed 's/__sk_buff/xdp_md/g;s/from_skb/from_xdp/g;s/"tc"/"xdp"/;s/->len/->data/' %s >xdp.c
 * RUN: %opened-transform --to=xdp -o there tc.c -- %bpfcc && %FileCheck %s <there/tc.c
 * RUN: %clang %bpfcc -Wall -Werror -c there/tc.c -o tc.o
 * RUN: %opened-transform --to=tc -o again there/tc.c -- %bpfcc && cmp tc.c again/there/tc.c
 * RUN: %opened-transform --to=tc -o there xdp.c -- %bpfcc
 * RUN: %clang %bpfcc -Wall -Werror -c there/xdp.c -o xdp.o
 * RUN: %opened-transform --to=xdp -o again there/xdp.c -- %bpfcc && cmp xdp.c again/there/xdp.c
 *
 * Lines that end as on Windows.
 * RUN: rm -rf there again && sed -i 's/$/\r/' tc.c && %opened-transform --to=xdp -o there tc.c -- %bpfcc
 * RUN: %opened-transform --to=tc -o again there/tc.c -- %bpfcc && cmp tc.c again/there/tc.c
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CONTEXT struct __sk_buff

extern int bpf_dynptr_from_skb(struct __sk_buff *, __u64, struct bpf_dynptr *) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} jumps SEC(".maps");

int above(struct __sk_buff *ctx) __attribute__((section("tc"), used));
SEC("tc") int beside(struct __sk_buff *ctx);

__attribute__((noinline)) int length(CONTEXT *ctx)
{
	return ctx->len & 255;
}

int above(CONTEXT *ctx)
{
	struct bpf_dynptr bytes;

	if (bpf_dynptr_from_skb(ctx, 0, &bytes))
		bpf_tail_call(ctx, &jumps, 0);
	bpf_tail_call_static(ctx, &jumps, 1);
	return length(ctx) > 100 ? 2 : 0;
}

__noinline int beside(CONTEXT *ctx)
{
	return length(ctx) > 90 ? 2 : 0;
}

char _license[] SEC("license") = "GPL";

// CHECK: int above(struct xdp_md *ctx) __attribute__((section("xdp"), used));
// CHECK-NEXT: SEC("xdp") int beside(struct xdp_md *ctx);
// CHECK: {{^}}static /* global */ __attribute__((noinline)) int length(CONTEXT *ctx)
// CHECK: {{^}}static inline __attribute__((always_inline)) /* above: SEC("tc") */ int above_tc_body(CONTEXT *ctx)
// CHECK: {{^}}static /* above: SEC("tc") */ __noinline int beside_tc_body(CONTEXT *ctx)
