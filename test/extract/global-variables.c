/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * global-variables - .data, .bss, .rodata configuration, and the variables that initialise them
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct config {
	__u32 limit;
	const char *name;
};

static const char default_name[] = "edge";
static const char unused_name[] = "other";

const volatile struct config config = { .limit = 10, .name = default_name };
const volatile struct config unused_config = { .limit = 20, .name = unused_name };
volatile __u64 seen = 1, dropped;
__u32 table[4] SEC(".data.tables");
static __u32 later;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	static __u32 last;

	seen += later++;
	last = ctx->data;
	table[last % 4] = last;
	return last > config.limit ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: struct config {
// CHECK: static const char default_name[] = "edge";
// CHECK-NOT: unused
// CHECK: const volatile struct config config = { .limit = 10, .name = default_name };
// CHECK-NOT: unused
// CHECK: volatile __u64 seen = 1, dropped;
// CHECK: __u32 table[4] SEC(".data.tables");
// CHECK: static __u32 later;
// CHECK: static __u32 last;
