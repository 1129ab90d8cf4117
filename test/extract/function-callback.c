/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-callback - functions that are only passed by address
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct walk {
	int left;
};

static int on_item(__u32 index, void *data)
{
	struct walk *walk = data;

	return --walk->left == 0;
}

static int on_item_unused(__u32 index, void *data)
{
	return 1;
}

static int on_other(__u32 index, void *data)
{
	return on_item_unused(index, data);
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	return bpf_loop(10, on_other, 0, 0);
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct walk walk = { .left = 3 };

	bpf_loop(10, on_item, &walk, 0);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: struct walk {
// CHECK: static int on_item(__u32 index, void *data)
// CHECK-NOT: {{on_item_unused|on_other|other}}
// CHECK: int prog(
