/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-weak - weak definitions, and weak declarations of what is defined elsewhere
 *
 * RUN: %unit -w "'plugin' is not defined in this source" prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int plugin(struct xdp_md *ctx) __weak;
extern int other_plugin(struct xdp_md *ctx) __weak;

int verdict(int v) __attribute__((weak));

__noinline int verdict(int v)
{
	return v;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	if (plugin)
		return plugin(ctx);
	return verdict(XDP_PASS);
}

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}extern int plugin(struct xdp_md *ctx) __weak;{{$}}
// CHECK-NOT: other_plugin
// CHECK: {{^}}int verdict(int v) __attribute__((weak));{{$}}
// CHECK: {{^}}__noinline int verdict(int v){{$}}
