/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * expression-places - enumerators and types in array bounds, bit widths, case labels, casts and literals
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s --implicit-check-not=UNUSED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

enum bounds { BOUND = 4 };
enum widths { WIDTH = 3 };
enum labels { LABEL = 7 };
enum initials { INITIAL = 2 };
enum derived { DERIVED = INITIAL * 2 };
enum unused { UNUSED };
struct literal { int a; };
struct cast { int b; };
struct unused_too { enum unused UNUSED_member; };

struct packet {
	unsigned int flags : WIDTH;
	char bytes[BOUND];
};

static int (*const handlers[BOUND])(struct xdp_md *ctx);

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct packet packet = { .bytes = { [DERIVED - 1] = 1 } };
	extern int block_scope(struct literal *literal);
	struct local { int c; } local = { 3 };

	switch (ctx->data) {
	case LABEL:
		return ((struct cast *)(long)ctx->data_end)->b;
	}
	return block_scope(&(struct literal){ local.c }) + packet.bytes[1] + !handlers[0];
}

__noinline int block_scope(struct literal *literal)
{
	return literal ? literal->a : 0;
}

char _license[] SEC("license") = "GPL";

// CHECK: enum bounds { BOUND = 4 };
// CHECK: enum widths { WIDTH = 3 };
// CHECK: enum labels { LABEL = 7 };
// CHECK: enum initials { INITIAL = 2 };
// CHECK: enum derived { DERIVED = INITIAL * 2 };
// CHECK: struct literal { int a; };
// CHECK: struct cast { int b; };
// CHECK: struct packet {
// CHECK: int prog(
// CHECK: __noinline int block_scope(
