/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pragma-attribute - "clang attribute push" of vmlinux.h and of a project's own text: CO-RE stays
 *
 * RUN: %unit -n prog %s -- %bpfcc -I%S/Inputs | %FileCheck %s
 * RUN: %unit -n plain %s -- %bpfcc -I%S/Inputs | %FileCheck %s --check-prefix=PLAIN
 */

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct local {
	int a, b;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct kernel_thing {
	int first;
	struct sock *sk;
};
struct unused_thing {
	int first;
};
#pragma clang attribute pop

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct kernel_thing *thing = (void *)(long)ctx->data;

	return thing->sk->mark;
}

SEC("xdp")
int plain(struct xdp_md *ctx)
{
	struct local *local = (void *)(long)ctx->data;

	return local->b;
}

char _license[] SEC("license") = "GPL";

// CHECK: #include "vmlinux.h"
// CHECK: #include <bpf/bpf_helpers.h>
// CHECK: #pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
// CHECK: struct kernel_thing {
// CHECK-NOT: unused_thing
// CHECK: #pragma clang attribute pop
// CHECK: int prog(
//
// PLAIN-NOT: #pragma
// PLAIN: struct local {
// PLAIN-NOT: #pragma
