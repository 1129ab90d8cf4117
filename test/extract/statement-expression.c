/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * statement-expression - types and calls inside of ({ }), typeof, sizeof, offsetof and _Generic
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct measured { char a[3]; };
struct offset { int a, b; };
struct picked { int c; };
struct generic { int d; };
struct unused { int e; };

static __noinline int one(int v) { return v + 1; }

extern struct generic *generic_of(void *);

#define BOTH(a, b) ({                                              \
		struct picked _p = { one(a) };                     \
		__typeof__(b) _b = (b);                            \
		_p.c + _b;                                         \
	})

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	int size = sizeof(struct measured) + __builtin_offsetof(struct offset, b);
	int kind = _Generic(generic_of(0), struct generic *: 1, default: 2);

	return BOTH(size, ctx->data) + kind;
}

char _license[] SEC("license") = "GPL";

// CHECK: struct measured { char a[3]; };
// CHECK: struct offset { int a, b; };
// CHECK: struct picked { int c; };
// CHECK-NOT: unused
// CHECK: static __noinline int one(int v) { return v + 1; }
// CHECK: extern struct generic *generic_of(void *);
// CHECK: #define BOTH(a, b) ({ {{.*}}\{{$}}
// CHECK: return BOTH(size, ctx->data) + kind;
