// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * order.bpf.c - a stage of the order test: notes that it ran and what it found, and returns
 *
 * Loaded once for each stage, which gets its own constants and shares both maps. Frames that are
 * not the tested one pass unseen: they show that the tested one has come through or never will.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "order.h"

const volatile struct opn_order_self self;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct opn_order_trace);
} trace SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, OPN_ORDER_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

static __always_inline bool is_test(void *data, void *end)
{
	struct ethhdr *ethernet = data;
	__u8 *kind = (__u8 *)(ethernet + 1);

	return (void *)(kind + 1) <= end && ethernet->h_proto == bpf_htons(OPN_ORDER_PROTOCOL) &&
	       *kind == OPN_ORDER_TEST;
}

static __always_inline void note(__u8 found)
{
	__u32 zero = 0;
	struct opn_order_trace *all = bpf_map_lookup_elem(&trace, &zero);
	__u32 at;

	if (!all)
		return;
	at = all->count & (OPN_ORDER_RAN - 1);
	all->ran[at].who = self.who;
	all->ran[at].found = found;
	all->count++;
}

SEC("tc") int stage_tc(struct __sk_buff *skb)
{
	__u32 *meta = (void *)(long)skb->data_meta;
	void *data = (void *)(long)skb->data;
	__u8 found = 0;

	if (!is_test(data, (void *)(long)skb->data_end))
		return TC_ACT_UNSPEC;
	if ((void *)(meta + 1) <= data && *meta == OPN_ORDER_MARK)
		found |= OPN_FOUND_META;
	if (skb->cb[0] == OPN_ORDER_MARK)
		found |= OPN_FOUND_CB;
	if (skb->mark == OPN_ORDER_MARK)
		found |= OPN_FOUND_MARK;
	if (skb->tc_index == OPN_ORDER_MARK)
		found |= OPN_FOUND_TC_INDEX;
	note(found);
	if (self.leaves) {
		skb->cb[0] = OPN_ORDER_MARK;
		skb->mark = OPN_ORDER_MARK;
		skb->tc_index = OPN_ORDER_MARK;
	}
	return self.verdict == TC_ACT_REDIRECT ? bpf_redirect(self.aside, 0) : self.verdict;
}

SEC("xdp") int stage_xdp(struct xdp_md *context)
{
	__u32 *meta;

	if (!is_test((void *)(long)context->data, (void *)(long)context->data_end))
		return XDP_PASS;
	note(0);
	if (self.leaves && !bpf_xdp_adjust_meta(context, -(int)sizeof(*meta))) {
		meta = (void *)(long)context->data_meta;
		if ((void *)(meta + 1) <= (void *)(long)context->data)
			*meta = OPN_ORDER_MARK;
	}
	return self.verdict;
}

/* Calls the one behind it; what follows runs only when that fails. */
SEC("xdp") int stage_hop(struct xdp_md *context)
{
	if (!is_test((void *)(long)context->data, (void *)(long)context->data_end))
		return XDP_PASS;
	note(0);
	bpf_tail_call(context, &jumps, self.who + 1);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
