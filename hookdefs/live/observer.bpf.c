// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * observer - records packets as the stack would have been given them
 *
 * Runs at the egress of a device of its own, to which the kernel forwards what has passed the
 * ingress of the device under test (see lib/verify/live_net.h): so it comes behind every program
 * there, whatever that returned. Nothing between the two places changes a field that is recorded.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "observer.h"

#define LONGEST_HEADER 255 /* where a network header is looked for */

struct record {
	struct opn_seen seen;
	__u8 bytes[OPN_SEEN_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} records SEC(".maps");

/* A record does not fit on the stack of a program. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, struct record);
	__uint(max_entries, 1);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, OPN_SEEN_COUNTS);
} counts SEC(".maps");

static __always_inline void count(__u32 which)
{
	__u64 *counter = bpf_map_lookup_elem(&counts, &which);

	if (counter)
		__sync_fetch_and_add(counter, 1);
}

/* No context field tells where the network header is. But a byte can be read relative to it only
 * as long as it is in the linear part: the last one that can be read tells the place. */
static __always_inline __u32 find_network_header(struct __sk_buff *skb, __u32 linear)
{
	__u32 low = 0, high = LONGEST_HEADER;
	__u8 byte;

	for (int i = 0; i < 8; i++) {
		__u32 middle = (low + high) / 2;

		if (linear <= middle || !bpf_skb_load_bytes_relative(skb, linear - middle - 1,
								     &byte, 1, BPF_HDR_START_NET))
			high = middle;
		else
			low = middle + 1;
	}
	return low < LONGEST_HEADER && linear > low ? low : OPN_NETWORK_UNKNOWN;
}

SEC("tc")
int observe(struct __sk_buff *skb)
{
	__s64 captured = skb->len;
	__u32 zero = 0;
	struct record *record = bpf_map_lookup_elem(&scratch, &zero);
	struct opn_seen *seen;

	if (!record)
		return TC_ACT_SHOT;
	seen = &record->seen;
	seen->length = skb->len;
	seen->linear = (__u32)(skb->data_end - skb->data);
	seen->ingress_ifindex = skb->ingress_ifindex;
	seen->protocol = bpf_ntohs(skb->protocol);
	seen->vlan_present = skb->vlan_present;
	seen->vlan_tci = skb->vlan_tci;
	seen->vlan_protocol = bpf_ntohs(skb->vlan_proto);
	seen->packet_type = skb->pkt_type;
	seen->mark = skb->mark;
	seen->priority = skb->priority;
	seen->gso_size = skb->gso_size;
	seen->gso_segments = skb->gso_segs;
	seen->network_offset = find_network_header(skb, seen->linear);
	count(OPN_SEEN_PACKETS);
	if (seen->gso_size)
		count(OPN_SEEN_GSO);
	if (seen->linear < seen->length)
		count(OPN_SEEN_NON_LINEAR);
	if (captured > OPN_SEEN_BYTES)
		captured = OPN_SEEN_BYTES;
	/* Verifiers before 6.8 learn nothing from a comparison with 0 for (in)equality: so that it
	 * stays one for greater. */
	asm volatile("" : "+r"(captured));
	if (captured <= 0 || bpf_skb_load_bytes(skb, 0, record->bytes, captured))
		captured = 0;
	seen->captured = captured;
	if (bpf_ringbuf_output(&records, record, sizeof(*seen) + captured, 0))
		count(OPN_SEEN_LOST);
	return TC_ACT_SHOT;
}

/* veth's peer takes what a driver's hook sends back only when it has such a program itself
 * (drivers/net/veth.c: veth_xdp_xmit()). */
SEC("xdp")
int peer(struct xdp_md *ctx __attribute__((unused)))
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
