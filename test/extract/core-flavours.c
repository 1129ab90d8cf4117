/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * core-flavours - types that only CO-RE macros name: flavours, enumerators, whole types
 *
 * RUN: %unit -n prog %s -- %bpfcc -I%S/Inputs | %FileCheck %s
 * RUN: %unit prog --slim-vmlinux %s -- %bpfcc -I%S/Inputs | %FileCheck %s --check-prefixes=CHECK,SLIM
 */

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct sock___old {
	int mark_old;
} __attribute__((preserve_access_index));

struct sock___never {
	int never;
} __attribute__((preserve_access_index));

enum kinds___new { KIND_ONE___new = 1 };

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct sock *sk = (void *)(long)ctx->data;
	struct tcp_sock *tcp = (void *)sk;
	u32 sum = BPF_CORE_READ_BITFIELD(tcp, snd_cwnd);

	if (bpf_core_type_exists(struct tcp_congestion_ops))
		sum += bpf_core_enum_value(enum kinds___new, KIND_ONE___new);
	if (bpf_core_field_exists(((struct sock___old *)0)->mark_old))
		return ((struct sock___old *)sk)->mark_old;
	return tcp->word.high + (sk->list.next->prev == sk->list.next) + sum;
}

char _license[] SEC("license") = "GPL";

// SLIM: #pragma clang attribute push
// SLIM: struct list_head {
// SLIM: union tcp_word {
// SLIM: struct tcp_sock {
// SLIM: struct tcp_congestion_ops {
// SLIM-NOT: unused_one
// SLIM: #pragma clang attribute pop
// CHECK: struct sock___old {
// CHECK-NEXT: int mark_old;
// CHECK-NEXT: } __attribute__((preserve_access_index));
// CHECK-NOT: sock___never
// CHECK: enum kinds___new { KIND_ONE___new = 1 };
