/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * type-in-subprogram - the kernel checks a global subprogram's arguments by BTF: no forward types
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct options {
	__u32 limit;
};

struct opaque {
	__u32 never;
};

__noinline int global(struct xdp_md *ctx, struct options *options)
{
	return options != 0;
}

static __noinline int local(struct xdp_md *ctx, struct opaque *opaque)
{
	return opaque != 0;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return global(ctx, 0) + local(ctx, 0);
}

char _license[] SEC("license") = "GPL";

// CHECK: struct options {
// CHECK-NEXT: __u32 limit;
// CHECK-NEXT: };
// CHECK: __noinline int global(
