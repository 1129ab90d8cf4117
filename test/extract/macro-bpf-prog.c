/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * macro-bpf-prog - a program that BPF_PROG or BPF_KPROBE makes is its invocation and body
 *
 * RUN: %unit on_send %s -- %bpfcc -D__TARGET_ARCH_x86 | %FileCheck %s
 * RUN: %unit on_open %s -- %bpfcc -D__TARGET_ARCH_x86 | %FileCheck %s --check-prefix=KPROBE
 * RUN: %unit on_done %s -- %bpfcc -D__TARGET_ARCH_x86 | %FileCheck %s --check-prefix=RETURN
 */

#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct sock;

static long sent;

SEC("fentry/tcp_sendmsg")
int BPF_PROG(on_send, struct sock *sk, void *msg, unsigned long size)
{
	/* counted in bytes */
	if (sk)
		sent += size;
	return 0;
}

SEC("kprobe/do_sys_open")
int BPF_KPROBE(on_open, int folder, const char *name)
{
	return folder < 0 && name; /* relative to none */
}

SEC("kretprobe/do_sys_open")
int BPF_KRETPROBE(on_done, long result)
{
	return result < 0;
}

char _license[] SEC("license") = "GPL";

// CHECK: #include <bpf/bpf_tracing.h>
// CHECK: struct sock;
// CHECK: static long sent;
// CHECK: {{^}}SEC("fentry/tcp_sendmsg"){{$}}
// CHECK-NEXT: {{^}}int BPF_PROG(on_send, struct sock *sk, void *msg, unsigned long size){{$}}
// CHECK-NEXT: {{^{$}}
// CHECK-NEXT: /* counted in bytes */
// CHECK-NEXT: if (sk)
// CHECK-NOT: on_open
//
// KPROBE: #include <linux/ptrace.h>
// KPROBE-NOT: {{struct sock;|sent|on_done}}
// KPROBE: {{^}}SEC("kprobe/do_sys_open"){{$}}
// KPROBE-NEXT: {{^}}int BPF_KPROBE(on_open, int folder, const char *name){{$}}
// KPROBE-NEXT: {
// KPROBE-NEXT: return folder < 0 && name; /* relative to none */
//
// RETURN: {{^}}SEC("kretprobe/do_sys_open"){{$}}
// RETURN-NEXT: {{^}}int BPF_KRETPROBE(on_done, long result){{$}}
