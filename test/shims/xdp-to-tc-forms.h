/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-forms - one text of a program, as it was written and as it is emitted
 *
 * The names that the pair's rows replace are macros here, and PROGRAM(name) is the row `wrapper`.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifdef OPN_AFTER
#include "xdp-to-tc.h"

#define CONTEXT		     struct __sk_buff
#define xdp_md		     __sk_buff
#define DEVICE(ctx)	     (ctx)->ifindex
#define QUEUE(ctx)	     opn_xdp_rx_queue(ctx)
#define bpf_xdp_adjust_head  opn_xdp_adjust_head
#define bpf_xdp_adjust_tail  opn_xdp_adjust_tail
#define bpf_xdp_get_buff_len opn_xdp_buff_len
#define bpf_xdp_load_bytes   opn_xdp_load_bytes
#define bpf_xdp_store_bytes  opn_xdp_store_bytes
#define bpf_redirect	     opn_xdp_redirect
#define bpf_redirect_map     opn_xdp_redirect_map
#define bpf_tail_call	     opn_xdp_tail_call
/* A type has the name too. */
#define bpf_fib_lookup(ctx, params, size, flags) opn_xdp_fib_lookup(ctx, params, size, flags)

#define PROGRAM(name)                                                                              \
	static __always_inline int name##_xdp_body(struct __sk_buff *ctx);                         \
	SEC("tc") int name(struct __sk_buff *ctx)                                                  \
	{                                                                                          \
		int verdict;                                                                       \
                                                                                                   \
		if (opn_xdp_enter(ctx, &verdict))                                                  \
			return verdict;                                                            \
		return opn_xdp_leave(ctx, name##_xdp_body(ctx));                                   \
	}                                                                                          \
	static __always_inline int name##_xdp_body(struct __sk_buff *ctx)
#else
#define CONTEXT	      struct xdp_md
#define DEVICE(ctx)   (ctx)->ingress_ifindex
#define QUEUE(ctx)    (ctx)->rx_queue_index
#define PROGRAM(name) SEC("xdp") int name(struct xdp_md *ctx)
#endif

#define DATA(ctx)     ((unsigned char *)(long)(ctx)->data)
#define DATA_END(ctx) ((unsigned char *)(long)(ctx)->data_end)

/* One more than every frame has, so that both ways of the check are taken. */
#define LEAST (ETH_HLEN + 1)

char _license[] SEC("license") = "GPL";
