/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * section-between - the section stands between type and name, and on a declaration
 *
 * RUN: %unit between %s -- %bpfcc | %FileCheck %s
 * RUN: %unit apart %s -- %bpfcc | %FileCheck %s --check-prefix=APART
 */

#include <linux/bpf.h>

#define SECTION(name) __attribute__((section(name), used))

int SECTION("xdp") between(struct xdp_md *ctx)
{
	return XDP_PASS;
}

int apart(struct xdp_md *ctx) SECTION("xdp");

int apart(struct xdp_md *ctx)
{
	return XDP_DROP;
}

char SECTION("license") _license[] = "GPL";

// CHECK: #define SECTION(name) __attribute__((section(name), used))
// CHECK-NOT: apart
// CHECK: {{^}}int SECTION("xdp") between(struct xdp_md *ctx){{$}}
// CHECK-NOT: apart
// CHECK: {{^}}char SECTION("license") _license[] = "GPL";{{$}}
//
// APART: {{^}}int apart(struct xdp_md *ctx) SECTION("xdp");{{$}}
// APART: {{^}}int apart(struct xdp_md *ctx){{$}}
// APART-NEXT: {
