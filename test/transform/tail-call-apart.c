/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tail-call-apart - from a function that is not inlined a tail call comes back to the caller, with a
 * verdict of the other hook: refused, also where the function is the program, only calls the one
 * that makes the call, or may be inlined or not; what has one caller, or has to be, is inlined
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && cp %s xdp.c && sed 's/xdp_md/__sk_buff/g;s/"xdp"/"tc"/' %s >tc.c
 * RUN: %status 1 %opened-transform --to=tc -o none xdp.c -- %bpfcc 2>&1 | %FileCheck %s
 * RUN: %status 1 %opened-transform --to=xdp -o none tc.c -- %bpfcc 2>&1 | %FileCheck %s
 * RUN: not ls none
 * RUN: sed '/^.. the rest is/,$d' xdp.c >one.c && %opened-transform --to=tc -o one one.c -- %bpfcc && grep -c SEC..tc one/one.c
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} jumps SEC(".maps");

static inline int once(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
	return 1;
}

SEC("xdp") int last(struct xdp_md *ctx)
{
	return once(ctx);
}

/* the rest is refused */

static __always_inline void leave(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
}

static __noinline int jump(struct xdp_md *ctx)
{
	leave(ctx);
	return 2;
}

SEC("xdp") int caller(struct xdp_md *ctx)
{
	return jump(ctx) ? 1 : 2;
}

SEC("xdp") __noinline int alone(struct xdp_md *ctx)
{
	bpf_tail_call_static(ctx, &jumps, 1);
	return 2;
}

static int twice(struct xdp_md *ctx, int index)
{
	bpf_tail_call(ctx, &jumps, index);
	return 2;
}

SEC("xdp") int first(struct xdp_md *ctx)
{
	return twice(ctx, 0);
}

SEC("xdp") int second(struct xdp_md *ctx)
{
	return twice(ctx, 1);
}

char _license[] SEC("license") = "GPL";

// CHECK-DAG: c:38:2: error: call of 'bpf_tail_call' cannot be rewritten for hook '{{xdp|tc}}': 'jump' need not be inlined
// CHECK-DAG: c:54:2: error: call of 'bpf_tail_call_static' cannot be rewritten for hook '{{xdp|tc}}': 'alone' need not be inlined
// CHECK-DAG: c:60:2: error: call of 'bpf_tail_call' cannot be rewritten for hook '{{xdp|tc}}': 'twice' need not be inlined
// CHECK-DAG: note: make that function '__always_inline'
// CHECK-DAG: note: drop 'noinline', and let nothing call the program
// CHECK: 3 errors generated
