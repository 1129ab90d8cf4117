/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-halves - a function whose braces come from two macros, and two functions from one macro
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define BEGIN(name) static __noinline int name(int v) {
#define END }

BEGIN(first)
	return v;
END
BEGIN(second) return v + 1; END

#define WITH_HELPER(name) \
	static __noinline int name##_helper(struct xdp_md *ctx) { return first(ctx->data); } \
	SEC("xdp") int name(struct xdp_md *ctx) { return name##_helper(ctx); }
WITH_HELPER(prog)
WITH_HELPER(other)

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}BEGIN(first){{$}}
// CHECK-NEXT: return v;
// CHECK-NEXT: {{^}}END{{$}}
// CHECK-NOT: BEGIN(second)
// CHECK: #define WITH_HELPER(name) \
// CHECK: {{^}}WITH_HELPER(prog){{$}}
// CHECK-NOT: WITH_HELPER(other)
