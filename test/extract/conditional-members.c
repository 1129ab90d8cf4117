/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * conditional-members - conditionals inside of records, enums, initialisers and argument lists are text
 *
 * RUN: %unit prog %s -- %bpfcc -DWIDE | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define ROOM 2
#define ABSENT_ROOM 3

struct state {
#ifdef WIDE
	__u64 count[ROOM];
#else
	__u32 count[ABSENT_ROOM];
#endif
#if defined(NARROW) && ROOM > 1
	__u8 narrow;
#endif
	__u32 last;
};

static struct state state = {
#ifdef WIDE
	.count = { 1, 2 },
#endif
	.last = 1
};

static int pick(int a
#ifdef WIDE
		, int b
#endif
)
{
	return a + b;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	state.last = ctx->data;
	return pick(state.last
#ifdef WIDE
		    , state.count[0]
#endif
	);
}

char _license[] SEC("license") = "GPL";

// CHECK: #ifndef WIDE
// CHECK-NEXT: #define WIDE 1
// CHECK-NEXT: #endif
// CHECK: #define ROOM 2
// CHECK-NOT: {{#(define|undef) ABSENT_ROOM}}
// CHECK: struct state {
// CHECK-NEXT: #ifdef WIDE
// CHECK-NEXT: __u64 count[ROOM];
// CHECK-NEXT: #else
// CHECK-NEXT: __u32 count[ABSENT_ROOM];
// CHECK-NEXT: #endif
// CHECK-NEXT: #if defined(NARROW) && ROOM > 1
// CHECK: static struct state state = {
// CHECK-NEXT: #ifdef WIDE
// CHECK: static int pick(int a
// CHECK-NEXT: #ifdef WIDE
// CHECK-NEXT: , int b
// CHECK-NEXT: #endif
// CHECK-NEXT: )
