/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * mirror.xdp.bpf.c - the first bytes of what opens and ends TCP connections, by perf buffer
 */
#include "twin.h"

#define MIRROR_BYTES 64
#define MIRROR_FLAGS 0x07 /* FIN, SYN, RST */

struct event {
	__u32 length;
	__u32 captured;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
} events SEC(".maps");

SEC("xdp")
int twin_mirror(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = twin_ipv4(data, end, sizeof(struct tcphdr));
	struct tcphdr *tcp = (void *)(ip + 1);
	struct event event = { .length = end - data };

	if (!ip)
		return XDP_PASS;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	if (!(((__u8 *)tcp)[13] & MIRROR_FLAGS))
		return XDP_PASS;
	event.captured = event.length < MIRROR_BYTES ? event.length : MIRROR_BYTES;
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU | (__u64)event.captured << 32, &event,
			      sizeof(event));
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
