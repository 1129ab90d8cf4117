// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// comments-file - what a file says of itself is no comment of its first #include
// RUN: %unit prog %s -- %bpfcc | %FileCheck %s
#include <linux/bpf.h>
/* for SEC() */
#include <bpf/bpf_helpers.h>

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return XDP_PASS;
}

// CHECK: {{^}}// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// CHECK-NOT: comments-file -
// CHECK-NOT: {{RUN}}
// CHECK: {{^}}#include <linux/bpf.h>{{$}}
// CHECK: {{^}}/* for SEC() */{{$}}
// CHECK-NEXT: {{^}}#include <bpf/bpf_helpers.h>{{$}}
