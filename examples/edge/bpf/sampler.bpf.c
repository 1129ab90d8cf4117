/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * sampler.bpf.c - hands one packet of many to user space, with its first bytes
 *
 * Counted, not drawn by lot: over n packets exactly n / edge_sample_every samples are taken, on
 * however many CPUs. Nothing is dropped or changed.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "config.h"
#include "parse.h"
#include "stats.h"

const volatile __u32 edge_sample_every = EDGE_SAMPLE_EVERY;

/* Packets seen since the program was loaded. */
__u64 edge_seen;

#ifdef EDGE_SAMPLE_PERF
struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} samples SEC(".maps");
#else
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} samples SEC(".maps");
#endif

static __always_inline void describe(struct xdp_md *ctx, struct edge_sample *sample)
{
	struct edge_cursor cursor = {
		.pos = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
	};
	struct edge_packet packet = {};
	__be16 h_proto = 0;
	int tags;

	sample->time = bpf_ktime_get_ns();
	sample->ifindex = ctx->ingress_ifindex;
	sample->length = ctx->data_end - ctx->data;
	sample->captured = 0;
	if (edge_parse_eth(&cursor, &h_proto, &tags) && edge_parse_ip(&cursor, h_proto, &packet))
		sample->protocol = packet.flow.protocol;
	else
		sample->protocol = 0;
	sample->ethertype = bpf_ntohs(h_proto);
}

/* Copies the packet's first bytes byte by byte: how many there are is not known beforehand. */
static __always_inline void capture(struct xdp_md *ctx, struct edge_sample *sample)
{
	const __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 i;

	__builtin_memset(sample->bytes, 0, sizeof(sample->bytes));
#pragma clang loop unroll(full)
	for (i = 0; i < EDGE_SAMPLE_BYTES; i++) {
		if (data + i + 1 > end)
			break;
		sample->bytes[i] = data[i];
		sample->captured = i + 1;
	}
}

SEC("xdp")
int edge_sampler(struct xdp_md *ctx)
{
	__u64 length = ctx->data_end - ctx->data;
	__u64 seen = __sync_fetch_and_add(&edge_seen, 1);

	if (!edge_sample_every || seen % edge_sample_every)
		return XDP_PASS;

#ifdef EDGE_SAMPLE_PERF
	struct edge_sample sample;

	describe(ctx, &sample);
	capture(ctx, &sample);
	if (bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, &sample, sizeof(sample)))
		return edge_fate(EDGE_SAMPLE_LOST, length, XDP_PASS);
#else
	struct edge_sample *sample = bpf_ringbuf_reserve(&samples, sizeof(*sample), 0);

	if (!sample)
		return edge_fate(EDGE_SAMPLE_LOST, length, XDP_PASS);
	describe(ctx, sample);
	capture(ctx, sample);
	bpf_ringbuf_submit(sample, 0);
#endif
	return edge_fate(EDGE_SAMPLED, length, XDP_PASS);
}

char _license[] SEC("license") = "GPL";
