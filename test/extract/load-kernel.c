/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * load-kernel - level 5: the kernel takes the unit, also that of a helper with an entry
 *
 * REQUIRES: bpf
 * RUN: cd %S && %opened-extract -v --load -f prog -o - load-kernel.c -- %bpfcc 2>&1 >/dev/null | %FileCheck %s
 * RUN: %opened-extract -v --load --entry=xdp -f helper -o - load-kernel.c -- %bpfcc 2>&1 >/dev/null | %FileCheck %s
 * RUN: %opened-extract -v --load -f refused -o - load-kernel.c -- %bpfcc 2>&1 >/dev/null | %FileCheck %s --check-prefix=REFUSED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __noinline int helper(__u32 key)
{
	__u64 *count = bpf_map_lookup_elem(&counts, &key);

	return count ? ++*count : 0;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return helper(ctx->rx_queue_index) ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int refused(struct xdp_md *ctx)
{
	return *(char *)(long)ctx->data;
}

char _license[] SEC("license") = "GPL";

// CHECK: 4 object identical
// CHECK-NEXT: 5 verifier identical
//
// REFUSED: 4 object identical
// REFUSED-NEXT: 5 verifier identical: the verifier refuses the original too
