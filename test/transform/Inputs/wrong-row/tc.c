/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* tc.c - every field that a program keeps or gets under another name, and what comes of it in a map */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static __always_inline void see(__u32 slot, __u64 what)
{
	__u64 *value = bpf_map_lookup_elem(&seen, &slot);

	if (value)
		*value += what;
}

SEC("tc")
int prog(struct __sk_buff *skb)
{
	unsigned char *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	see(0, skb->len);
	see(1, skb->ifindex);
	see(2, skb->protocol);
	see(3, skb->vlan_present);
	see(4, skb->vlan_tci);
	see(5, skb->vlan_proto);
	see(6, skb->gso_segs);
	see(7, skb->gso_size);
	see(8, skb->mark);
	see(9, skb->priority);
	see(10, skb->tc_index);
	see(11, skb->tc_classid);
	skb->cb[0] = 7;
	see(12, skb->cb[0] + skb->cb[1]);
	if ((void *)(long)skb->data_meta + 4 <= (void *)data)
		see(13, *(__u32 *)(long)skb->data_meta);
	if (data + 20 > end)
		return TC_ACT_SHOT;
	see(14, data[19]);
	return data[0] & 1 ? TC_ACT_OK : TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
