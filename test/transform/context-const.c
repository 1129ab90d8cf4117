/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * context-const - a context that is only read: what is made of its fields and of helpers that take it
 * as const takes it as const too
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=xdp --vlan=bytes -- %bpfcc -DTC | %FileCheck %s --check-prefix=OWN
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#ifdef TC
#define CONTEXT __sk_buff
#define HOOK "tc"
#define DROP TC_ACT_SHOT
#define PASS TC_ACT_OK

static __always_inline int number(const struct CONTEXT *ctx)
{
	__u8 type = 0;

	if (bpf_skb_load_bytes(ctx, 12, &type, 1) ||
	    bpf_skb_load_bytes_relative(ctx, 0, &type, 1, BPF_HDR_START_MAC))
		return -1;
	return type + ctx->len;
}
#else
#define CONTEXT xdp_md
#define HOOK "xdp"
#define DROP XDP_DROP
#define PASS XDP_PASS

static __always_inline int number(const struct CONTEXT *ctx)
{
	int is_short = (void *)(long)ctx->data + 80 > (void *)(long)ctx->data_end;

	return ctx->rx_queue_index + is_short * 200;
}
#endif

SEC(HOOK)
int prog(struct CONTEXT *ctx)
{
	return number(ctx) > 100 ? DROP : PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: return opn_xdp_rx_queue(ctx) + is_short * 200;
// OWN: opn_skb_load_bytes(ctx, 12, &type, 1)
// OWN: return type + opn_skb_len(ctx);
