/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-forms - one text of a program, as it was written and as it is emitted
 *
 * The names that the pair's rows replace are macros here, and PROGRAM(name) is the row `wrapper`.
 * What calls return goes into a map, which is compared as all maps are.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#ifdef OPN_AFTER
/* BPF_PROG_TEST_RUN takes no tag out of the bytes; where a device does, the test says 1. */
#ifndef OPN_VLAN
#define OPN_VLAN 0
#endif
#include "tc-to-xdp.h"

#define __sk_buff		    opn_skb
#define bpf_skb_load_bytes	    opn_skb_load_bytes
#define bpf_skb_load_bytes_relative opn_skb_load_bytes_relative
#define bpf_skb_store_bytes	    opn_skb_store_bytes
#define bpf_l3_csum_replace	    opn_l3_csum_replace
#define bpf_l4_csum_replace	    opn_l4_csum_replace
#define bpf_csum_update		    opn_csum_update
#define bpf_csum_level		    opn_csum_level
#define bpf_skb_adjust_room	    opn_skb_adjust_room
#define bpf_skb_change_proto	    opn_skb_change_proto
#define bpf_skb_change_head	    opn_skb_change_head
#define bpf_skb_change_tail	    opn_skb_change_tail
#define bpf_skb_change_type	    opn_skb_change_type
#define bpf_skb_pull_data	    opn_skb_pull_data
#define bpf_skb_vlan_push	    opn_skb_vlan_push
#define bpf_skb_vlan_pop	    opn_skb_vlan_pop
#define bpf_skb_ecn_set_ce	    opn_skb_ecn_set_ce
#define bpf_get_hash_recalc	    opn_get_hash_recalc
#define bpf_set_hash		    opn_set_hash
#define bpf_set_hash_invalid	    opn_set_hash_invalid
#define bpf_get_route_realm	    opn_get_route_realm
#define bpf_redirect		    opn_redirect
#define bpf_redirect_neigh(...)	    opn_redirect_neigh(skb, __VA_ARGS__)
#define bpf_fib_lookup(...)	    opn_fib_lookup(__VA_ARGS__)
#define bpf_check_mtu		    opn_check_mtu
#define bpf_tail_call		    opn_tail_call

#define DATA(skb)     ((unsigned char *)(long)(skb)->xdp->data)
#define DATA_END(skb) ((unsigned char *)(long)(skb)->xdp->data_end)
#define LEN(skb)      opn_skb_len(skb)
#define WIRE_LEN(skb) opn_skb_wire_len(skb)
#define IFINDEX(skb)  ((skb)->xdp->ingress_ifindex)
#define IIF(skb)      opn_skb_iif(skb)
#define PROGRAM(name)                                                                              \
	static __always_inline int name##_tc_body(struct opn_skb *skb);                            \
	SEC("xdp") int name(struct xdp_md *ctx)                                                    \
	{                                                                                          \
		struct opn_skb skb;                                                                \
                                                                                                   \
		if (opn_skb_enter(&skb, ctx))                                                      \
			return XDP_PASS;                                                           \
		return opn_skb_leave(&skb, name##_tc_body(&skb));                                  \
	}                                                                                          \
	static __always_inline int name##_tc_body(struct opn_skb *skb)
#else
#define DATA(skb)     ((unsigned char *)(long)(skb)->data)
#define DATA_END(skb) ((unsigned char *)(long)(skb)->data_end)
#define LEN(skb)      ((skb)->len)
#define WIRE_LEN(skb) ((skb)->wire_len)
#define IFINDEX(skb)  ((skb)->ifindex)
#define IIF(skb)      ((skb)->ingress_ifindex)
#define PROGRAM(name) SEC("tc") int name(struct __sk_buff *skb)
#endif

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __s64);
} results SEC(".maps");

/* Adds a value to the history of this program. */
static __always_inline void result(long value)
{
	__u32 slot = 0;
	__s64 *found = bpf_map_lookup_elem(&results, &slot);

	if (found)
		*found = *found * 31 + value;
}

char _license[] SEC("license") = "GPL";
