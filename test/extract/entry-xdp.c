/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * entry-xdp - a function that is no program gets one that calls it, and the unit's proof has it too
 *
 * RUN: %unit parse --entry=xdp %s -- %bpfcc | %FileCheck %s
 * RUN: %unit prog --entry=xdp %s -- %bpfcc | %FileCheck %s --check-prefix=PROGRAM
 * RUN: %unit word --entry=xdp %s -- %bpfcc | %FileCheck %s --check-prefix=BUFFER
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct packet {
	__u32 length;
};

static __always_inline int parse(struct xdp_md *ctx, void *data, void *data_end,
				 struct packet *packet, __u16 offset)
{
	if (data + offset + 1 > data_end)
		return -1;
	packet->length = ctx->data_end - ctx->data;
	return 0;
}

static __attribute__((noinline)) int word(void *ctx, const char *text, void *out)
{
	if (text[0] == 'x' && text[3] == 'p')
		return bpf_xdp_adjust_head(ctx, 0);
	return 0;
}

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	struct packet packet;

	return parse(ctx, (void *)(long)ctx->data, (void *)(long)ctx->data_end, &packet, 14);
}

char _license[] SEC("license") = "GPL";

// CHECK: static __always_inline int parse(
// CHECK-NOT: prog(
// CHECK: /* Entry for hook 'xdp', made by opened-extract; GPL-2.0-only OR BSD-2-Clause */
// CHECK: struct packet opened_parse_packet;
// CHECK: __attribute__((section("xdp"), used)) int opened_entry_parse(struct xdp_md *ctx)
// CHECK-NEXT: {
// CHECK: parse(ctx, (void *)(long)ctx->data, (void *)(long)ctx->data_end, &opened_parse_packet, offset);
// CHECK: }
//
// PROGRAM-NOT: opened_entry
//
// BUFFER: char opened_word_text[256];
// BUFFER: char opened_word_out[256];
// BUFFER: word(ctx, opened_word_text, opened_word_out);
