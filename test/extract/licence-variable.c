/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * licence-variable - the program's licence and version come along; a helper has no need of them
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const char fine[] SEC("license") = "Dual BSD/GPL";
__u32 _version SEC("version") = 0x60c00;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return XDP_PASS;
}

// CHECK: {{^}}const char fine[] SEC("license") = "Dual BSD/GPL";{{$}}
// CHECK: {{^}}__u32 _version SEC("version") = 0x60c00;{{$}}
