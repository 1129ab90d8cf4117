/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * slim-vmlinux - the needed types of vmlinux.h with their CO-RE attribute, in place of the header
 *
 * RUN: %unit prog --slim-vmlinux %s -- %bpfcc -I%S/Inputs | %FileCheck %s
 * RUN: %unit -n prog %s -- %bpfcc -I%S/Inputs | %FileCheck %s --check-prefix=KEPT
 */

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} flags SEC(".maps");

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct sock *sk = (void *)(long)ctx->data;
	u64 value = BPF_CORE_READ(sk, owner, flags);
	u32 key = bpf_core_field_exists(sk->mark) ? sk->mark : 0;

	bpf_map_update_elem(&flags, &key, &value, 0);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK-NOT: #include "vmlinux.h"
// CHECK: #pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
// CHECK-NOT: {{tcp_|unused_one}}
// CHECK: typedef unsigned int __u32;
// CHECK: enum bpf_map_type {
// CHECK: struct xdp_md {
// CHECK-NOT: {{tcp_|unused_one}}
// CHECK: struct sock {
// CHECK: struct socket {
// CHECK-NOT: {{tcp_|unused_one}}
// CHECK: #pragma clang attribute pop
// CHECK: #include <bpf/bpf_helpers.h>
// CHECK-NEXT: #include <bpf/bpf_core_read.h>
// CHECK: int prog(
//
// KEPT: #include "vmlinux.h"
// KEPT-NOT: struct sock {
