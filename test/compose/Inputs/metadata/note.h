/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* What programs tell those behind them of a packet. */
struct note {
	__u32 class;
	__u16 length;
	__u8 hops, marks;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct note);
} notes SEC(".maps");

static __always_inline struct note *note_of(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&notes, &zero);
}

/* The programs are for both hooks: an IPv4 header, or nothing. */
#define FIND(ip)                                                                                   \
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;                  \
	struct iphdr *ip = data + sizeof(struct ethhdr);                                           \
	if ((void *)(ip + 1) > end)                                                                \
		return GO_ON;
