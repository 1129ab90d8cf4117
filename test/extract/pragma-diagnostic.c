/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-diagnostic - what silences a warning goes where the warning goes
 *
 * RUN: %unit prog %s -- %bpfcc -Wall -Werror -Wshadow | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-variable"
static int unused_function(void)
{
	int unused;

	return 1;
}
#pragma GCC diagnostic pop

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wint-conversion"
#pragma clang diagnostic ignored "-Wunused-variable"
static __always_inline int helper(void *pointer)
{
	int unused;

	return (__u64)pointer == 4;
}

static __always_inline int call(struct xdp_md *ctx)
{
	return helper(ctx->data);
}
#pragma GCC diagnostic pop

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return call(ctx);
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	return unused_function();
}

char _license[] SEC("license") = "GPL";

// CHECK: #pragma GCC diagnostic push
// CHECK-NOT: {{unused_function|push|pop}}
// CHECK: #pragma GCC diagnostic ignored "-Wint-conversion"
// CHECK: #pragma clang diagnostic ignored "-Wunused-variable"
// CHECK: helper(void *pointer)
// CHECK: #pragma GCC diagnostic pop
// CHECK-NOT: #pragma
