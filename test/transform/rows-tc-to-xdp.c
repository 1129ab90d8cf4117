/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rows-tc-to-xdp - every row of the pair that rewrites or keeps, at a line of its own
 *
 * What the calls do is compared in test/shims.
 *
 * RUN: %rewritten -u %s --to=xdp -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct bpf_ct_opts;

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_skb_ct_lookup(struct __sk_buff *skb, struct bpf_sock_tuple *tuple, __u32 size,
			       struct bpf_ct_opts *opts, __u32 opts_size) __ksym;
extern void *bpf_skb_ct_alloc(struct __sk_buff *skb, struct bpf_sock_tuple *tuple, __u32 size,
			      struct bpf_ct_opts *opts, __u32 opts_size) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

static __u64 word;

SEC("tc/ingress")
int fields(struct __sk_buff *skb)
{
	if ((void *)(long)skb->data_meta + 4 > (void *)(long)skb->data)
		return TC_ACT_SHOT;
	word += (void *)(long)skb->data_end - (void *)(long)skb->data;
	word += skb->len;
	word += skb->wire_len;
	word += skb->ifindex;
	word += skb->ingress_ifindex;
	word += skb->protocol;
	word += skb->vlan_present + skb->vlan_tci + skb->vlan_proto;
	word += skb->gso_segs + skb->gso_size;
	word += skb->queue_mapping;
	word += skb->mark + skb->priority + skb->tc_index + skb->tc_classid;
	skb->cb[0] = 1;
	return TC_ACT_OK;
}

SEC("tc")
int calls(struct __sk_buff *skb)
{
	struct bpf_fib_lookup params = {};
	struct bpf_sock_tuple tuple = {};
	struct bpf_dynptr ptr;
	__u32 mtu = 0;

	bpf_skb_load_bytes(skb, 0, &mtu, sizeof(mtu));
	bpf_skb_load_bytes_relative(skb, 0, &mtu, sizeof(mtu), BPF_HDR_START_NET);
	bpf_skb_store_bytes(skb, 0, &mtu, sizeof(mtu), 0);
	bpf_l3_csum_replace(skb, 24, 1, 2, 2);
	bpf_l4_csum_replace(skb, 36, 1, 2, 2);
	bpf_csum_update(skb, 1);
	bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY);
	bpf_skb_adjust_room(skb, 8, BPF_ADJ_ROOM_MAC, 0);
	bpf_skb_change_proto(skb, 0xdd86, 0);
	bpf_skb_change_head(skb, 14, 0);
	bpf_skb_change_tail(skb, 100, 0);
	bpf_skb_pull_data(skb, 60);
	bpf_skb_vlan_push(skb, 0x81, 9);
	bpf_skb_vlan_pop(skb);
	bpf_skb_ecn_set_ce(skb);
	bpf_set_hash_invalid(skb);
	bpf_get_route_realm(skb);
	bpf_fib_lookup(skb, &params, sizeof(params), 0);
	bpf_check_mtu(skb, 1, &mtu, 0, 0);
	bpf_tail_call(skb, &next, 0);
	bpf_tail_call_static(skb, &next, 1);
	bpf_dynptr_from_skb(skb, 0, &ptr);
	bpf_skb_ct_lookup(skb, &tuple, sizeof(tuple.ipv4), 0, 0);
	bpf_skb_ct_alloc(skb, &tuple, sizeof(tuple.ipv4), 0, 0);
	return bpf_redirect(3, 0);
}

SEC("classifier")
int classic(struct __sk_buff *skb)
{
	return TC_ACT_UNSPEC;
}

SEC("tcx/ingress")
int first(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
// CHECK: extern int bpf_dynptr_from_xdp(struct xdp_md *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym;
// CHECK: extern void *bpf_skb_ct_lookup(struct __sk_buff *skb, struct bpf_sock_tuple *tuple, __u32 size,
// CHECK: extern void *bpf_xdp_ct_lookup(struct xdp_md *skb, struct bpf_sock_tuple *tuple, __u32 size,
// CHECK: extern void *bpf_skb_ct_alloc(struct __sk_buff *skb, struct bpf_sock_tuple *tuple, __u32 size,
// CHECK: extern void *bpf_xdp_ct_alloc(struct xdp_md *skb, struct bpf_sock_tuple *tuple, __u32 size,
// CHECK: static inline __attribute__((always_inline)) /* SEC("tc/ingress") */
// CHECK: if ((void *)(long)skb->xdp->data_meta + 4 > (void *)(long)skb->xdp->data)
// CHECK: word += (void *)(long)skb->xdp->data_end - (void *)(long)skb->xdp->data;
// CHECK: word += opn_skb_len(skb);
// CHECK: word += opn_skb_wire_len(skb);
// CHECK: word += skb->xdp->ingress_ifindex;
// CHECK: word += opn_skb_iif(skb);
// CHECK: word += skb->protocol;
// CHECK: word += skb->vlan_present + skb->vlan_tci + skb->vlan_proto;
// CHECK: word += skb->gso_segs + skb->gso_size;
// CHECK: word += skb->queue_mapping;
// CHECK: word += skb->mark + skb->priority + skb->tc_index + skb->tc_classid;
// CHECK: skb->cb[0] = 1;
// CHECK: static inline __attribute__((always_inline)) /* SEC("tc") */
// CHECK: opn_skb_load_bytes(skb, 0, &mtu, sizeof(mtu));
// CHECK: opn_skb_load_bytes_relative(skb, 0, &mtu, sizeof(mtu), BPF_HDR_START_NET);
// CHECK: opn_skb_store_bytes(skb, 0, &mtu, sizeof(mtu), 0);
// CHECK: opn_l3_csum_replace(skb, 24, 1, 2, 2);
// CHECK: opn_l4_csum_replace(skb, 36, 1, 2, 2);
// CHECK: opn_csum_update(skb, 1);
// CHECK: opn_csum_level(skb, BPF_CSUM_LEVEL_QUERY);
// CHECK: opn_skb_adjust_room(skb, 8, BPF_ADJ_ROOM_MAC, 0);
// CHECK: opn_skb_change_proto(skb, 0xdd86, 0);
// CHECK: opn_skb_change_head(skb, 14, 0);
// CHECK: opn_skb_change_tail(skb, 100, 0);
// CHECK: opn_skb_pull_data(skb, 60);
// CHECK: opn_skb_vlan_push(skb, 0x81, 9);
// CHECK: opn_skb_vlan_pop(skb);
// CHECK: opn_skb_ecn_set_ce(skb);
// CHECK: opn_set_hash_invalid(skb);
// CHECK: opn_get_route_realm(skb);
// CHECK: opn_fib_lookup(skb, &params, sizeof(params), 0);
// CHECK: opn_check_mtu(skb, 1, &mtu, 0, 0);
// CHECK: opn_tail_call(skb, &next, 0);
// CHECK: opn_tail_call_static(skb, &next, 1);
// CHECK: bpf_dynptr_from_xdp((struct xdp_md *)skb->xdp, 0, &ptr);
// CHECK: bpf_xdp_ct_lookup((struct xdp_md *)skb->xdp, &tuple, sizeof(tuple.ipv4), 0, 0);
// CHECK: bpf_xdp_ct_alloc((struct xdp_md *)skb->xdp, &tuple, sizeof(tuple.ipv4), 0, 0);
// CHECK: return opn_redirect(3, 0);
// CHECK: static inline __attribute__((always_inline)) /* SEC("classifier") */
// CHECK: static inline __attribute__((always_inline)) /* SEC("tcx/ingress") */
