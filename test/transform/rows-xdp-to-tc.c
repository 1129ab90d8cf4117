/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rows-xdp-to-tc - every row of the pair that rewrites or keeps, at a line of its own
 *
 * What the calls do is compared in test/shims.
 *
 * RUN: %rewritten -u %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_ct_opts;

extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_xdp_ct_lookup(struct xdp_md *ctx, struct bpf_sock_tuple *tuple, __u32 size,
			       struct bpf_ct_opts *opts, __u32 opts_size) __ksym;
extern void *bpf_xdp_ct_alloc(struct xdp_md *ctx, struct bpf_sock_tuple *tuple, __u32 size,
			      struct bpf_ct_opts *opts, __u32 opts_size) __ksym;
extern int bpf_xdp_pull_data(struct xdp_md *ctx, __u32 length) __ksym;
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __u16 *proto, __u16 *tci) __ksym;

#define MAP(name, kind)                                                                            \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__uint(max_entries, 8);                                                            \
		__type(key, __u32);                                                                \
		__type(value, __u32);                                                              \
	} name SEC(".maps")

MAP(next, BPF_MAP_TYPE_PROG_ARRAY);
MAP(ports, BPF_MAP_TYPE_DEVMAP);
MAP(hashed, BPF_MAP_TYPE_DEVMAP_HASH);
MAP(events, BPF_MAP_TYPE_PERF_EVENT_ARRAY);

static __u64 word;

SEC("xdp")
int fields(struct xdp_md *ctx)
{
	word += (void *)(long)ctx->data_end - (void *)(long)ctx->data;
	word += (void *)(long)ctx->data_meta - (void *)(long)ctx->data;
	word += ctx->ingress_ifindex;
	word += ctx->rx_queue_index;
	return XDP_PASS;
}

SEC("xdp.frags")
int calls(struct xdp_md *ctx)
{
	struct bpf_fib_lookup params = {};
	struct bpf_sock_tuple tuple = {};
	struct bpf_dynptr ptr;
	__u16 proto, tci;
	__u32 mtu = 0;

	bpf_xdp_adjust_head(ctx, 4);
	bpf_xdp_adjust_tail(ctx, -4);
	bpf_xdp_get_buff_len(ctx);
	bpf_xdp_load_bytes(ctx, 0, &mtu, sizeof(mtu));
	bpf_xdp_store_bytes(ctx, 0, &mtu, sizeof(mtu));
	bpf_fib_lookup(ctx, &params, sizeof(params), 0);
	bpf_check_mtu(ctx, 1, &mtu, 0, 0);
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &mtu, sizeof(mtu));
	bpf_tail_call(ctx, &next, 0);
	bpf_tail_call_static(ctx, &next, 1);
	bpf_dynptr_from_xdp(ctx, 0, &ptr);
	bpf_xdp_ct_lookup(ctx, &tuple, sizeof(tuple.ipv4), 0, 0);
	bpf_xdp_ct_alloc(ctx, &tuple, sizeof(tuple.ipv4), 0, 0);
	bpf_xdp_pull_data(ctx, 60);
	bpf_xdp_metadata_rx_vlan_tag(ctx, &proto, &tci);
	bpf_redirect_map(&ports, 0, XDP_PASS);
	bpf_redirect_map(&hashed, 0, XDP_PASS);
	return bpf_redirect(3, 0);
}

char _license[] SEC("license") = "GPL";

// CHECK: extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;
// CHECK: extern int bpf_dynptr_from_skb(struct __sk_buff *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;
// CHECK: extern void *bpf_xdp_ct_lookup(struct xdp_md *ctx, struct bpf_sock_tuple *tuple, __u32 size,
// CHECK: extern void *bpf_skb_ct_lookup(struct __sk_buff *ctx, struct bpf_sock_tuple *tuple, __u32 size,
// CHECK: extern void *bpf_xdp_ct_alloc(struct xdp_md *ctx, struct bpf_sock_tuple *tuple, __u32 size,
// CHECK: extern void *bpf_skb_ct_alloc(struct __sk_buff *ctx, struct bpf_sock_tuple *tuple, __u32 size,
// CHECK: extern int bpf_xdp_pull_data(struct xdp_md *ctx, __u32 length) __ksym;
// CHECK: extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __u16 *proto, __u16 *tci) __ksym;
// CHECK: static inline __attribute__((always_inline)) /* SEC("xdp") */
// CHECK: word += (void *)(long)ctx->data_end - (void *)(long)ctx->data;
// CHECK: word += (void *)(long)ctx->data_meta - (void *)(long)ctx->data;
// CHECK: word += ctx->ifindex;
// CHECK: word += opn_xdp_rx_queue(ctx);
// CHECK: static inline __attribute__((always_inline)) /* SEC("xdp.frags") */
// CHECK: opn_xdp_adjust_head(ctx, 4);
// CHECK: opn_xdp_adjust_tail(ctx, -4);
// CHECK: opn_xdp_buff_len(ctx);
// CHECK: opn_xdp_load_bytes(ctx, 0, &mtu, sizeof(mtu));
// CHECK: opn_xdp_store_bytes(ctx, 0, &mtu, sizeof(mtu));
// CHECK: opn_xdp_fib_lookup(ctx, &params, sizeof(params), 0);
// CHECK: bpf_check_mtu(ctx, 1, &mtu, 0, 0);
// CHECK: bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &mtu, sizeof(mtu));
// CHECK: opn_xdp_tail_call(ctx, &next, 0);
// CHECK: opn_xdp_tail_call_static(ctx, &next, 1);
// CHECK: bpf_dynptr_from_skb(ctx, 0, &ptr);
// CHECK: bpf_skb_ct_lookup(ctx, &tuple, sizeof(tuple.ipv4), 0, 0);
// CHECK: bpf_skb_ct_alloc(ctx, &tuple, sizeof(tuple.ipv4), 0, 0);
// CHECK: opn_xdp_pull_data(ctx, 60);
// CHECK: opn_xdp_rx_vlan_tag(ctx, &proto, &tci);
// CHECK: opn_xdp_redirect_map(&ports, 0, XDP_PASS);
// CHECK: opn_xdp_redirect_map(&hashed, 0, XDP_PASS);
// CHECK: return opn_xdp_redirect(3, 0);
