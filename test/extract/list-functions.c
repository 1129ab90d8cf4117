/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * list-functions - every function that can be extracted: programs first, then the rest; by any form
 *
 * RUN: cd %S && %status 0 %opened-extract --list list-functions.c -- %bpfcc > %t.list
 * RUN: %FileCheck %s --match-full-lines --implicit-check-not=declared < %t.list
 * RUN: %status 0 %opened-extract -f list-functions.c:30 -o - list-functions.c -- %bpfcc | %FileCheck %s --check-prefix=PLACE
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAKE(name) SEC("tc") int name(struct __sk_buff *skb) { return 0; }
#define MAKE_TWO(name) MAKE(name##_one) MAKE(name##_two)

int declared(int v);

static __always_inline int local(int v, const char *name)
{
	return v + name[0];
}

__weak int weak(struct xdp_md *ctx) { return 1; }

MAKE(made)
MAKE_TWO(made)

SEC("xdp.frags/devmap")
int prog(struct xdp_md *ctx)
{
	return local(1, "a");
}

SEC("?kprobe/unused") int optional(void *ctx) { return 0; }

SEC("my_own") int strange(void *ctx) { return 0; }

char _license[] SEC("license") = "GPL";

// CHECK: function hook section location signature
// CHECK-NEXT: made tc tc list-functions.c:25 int made(struct __sk_buff *skb)
// CHECK-NEXT: made_one tc tc list-functions.c:26 int made_one(struct __sk_buff *skb)
// CHECK-NEXT: made_two tc tc list-functions.c:26 int made_two(struct __sk_buff *skb)
// CHECK-NEXT: prog xdp xdp.frags/devmap list-functions.c:28 int prog(struct xdp_md *ctx)
// CHECK-NEXT: optional kprobe ?kprobe/unused list-functions.c:34 int optional(void *ctx)
// CHECK-NEXT: strange - my_own list-functions.c:36 int strange(void *ctx)
// CHECK-NEXT: local - - list-functions.c:18 int local(int v, const char *name)
// CHECK-NEXT: weak - - list-functions.c:23 int weak(struct xdp_md *ctx)
//
// PLACE: int prog(struct xdp_md *ctx)
