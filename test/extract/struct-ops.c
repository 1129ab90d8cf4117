/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * struct-ops - a struct_ops program comes with the map that holds it, and with that map's others
 *
 * RUN: %unit -n toy_init %s -- %bpfcc -I%S/Inputs | %FileCheck %s
 */

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char _license[] SEC("license") = "GPL";

static __u32 floor_of(struct sock *sk)
{
	return sk->window / 2;
}

SEC("struct_ops/toy_init")
void BPF_PROG(toy_init, struct sock *sk)
{
	sk->window = 10;
}

SEC("struct_ops/toy_ssthresh")
__u32 BPF_PROG(toy_ssthresh, struct sock *sk)
{
	return floor_of(sk);
}

SEC("struct_ops/stray")
void BPF_PROG(stray, struct sock *sk)
{
}

SEC(".struct_ops")
struct tcp_congestion_ops toy = {
	.init = (void *)toy_init,
	.ssthresh = (void *)toy_ssthresh,
	.name = "bpf_toy",
};

SEC(".struct_ops")
struct tcp_congestion_ops strange = {
	.init = (void *)stray,
	.name = "bpf_strange",
};

// CHECK: #include "vmlinux.h"
// CHECK-NOT: str{{ay|ange}}
// CHECK: static __u32 floor_of(struct sock *sk)
// CHECK: {{^}}void BPF_PROG(toy_init, struct sock *sk){{$}}
// CHECK: {{^}}__u32 BPF_PROG(toy_ssthresh, struct sock *sk){{$}}
// CHECK-NOT: str{{ay|ange}}
// CHECK: SEC(".struct_ops")
// CHECK-NEXT: struct tcp_congestion_ops toy = {
// CHECK-NOT: str{{ay|ange}}
