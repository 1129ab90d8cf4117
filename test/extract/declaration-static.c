/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * declaration-static - "static" and "inline" that only an earlier declaration spells, and a variable that a
 * function declares again: what makes them what they are comes along
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 * RUN: %opened-extract -q --prove -f prog -o %t.c %s -- %bpfcc 2>&1 | %FileCheck %s --allow-empty --check-prefix=QUIET
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static int ports(void *data, void *end);
static inline int other(int x);
int limit;

__attribute__((noinline)) int ports(void *data, void *end)
{
	return data + 38 <= end ? *(__u16 *)(data + 36) : 0;
}

static int other(int x)
{
	return x * 3;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	extern int limit;

	return ports((void *)(long)ctx->data, (void *)(long)ctx->data_end) == other(limit) ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: {{^}}static int ports(void *data, void *end);
// CHECK: {{^}}static inline int other(int x);
// CHECK: {{^}}int limit;
// QUIET-NOT: {{.}}
