// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * pipeline.bpf.c - a small pipeline in the shape that opened-compose gives one
 *
 * Two stages: "mark" counts by version, "wall" drops frames to a multicast address.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include "pipeline.h"

#ifndef SEEN_ENTRIES
#define SEEN_ENTRIES 16
#endif

/* State of a stage: packets by version. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SEEN_ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} NAME(seen) SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} NAME(own) SEC(".maps");

__u64 NAME(total);
const volatile __u32 NAME(version) = VERSION;

#if HAS_RUNNING
volatile __u32 NAME(running) SEC(".data.running");
#define STOPPED (!NAME(running))
#else
#define STOPPED 0
#endif

static __always_inline void count_version(void)
{
	__u32 key = NAME(version), zero = 0;
	__u64 *seen = bpf_map_lookup_elem(&NAME(seen), &key);

	if (seen)
		__sync_fetch_and_add(seen, 1);
	seen = bpf_map_lookup_elem(&NAME(own), &zero);
	if (seen)
		__sync_fetch_and_add(seen, 1);
	__sync_fetch_and_add(&NAME(total), 1);
}

static __always_inline int is_multicast(const void *data, const void *data_end)
{
	const unsigned char *address = data;

	return (void *)(address + 6) <= data_end && (address[0] & 1);
}

/* What the program of a stage was made of. */
#define FROM(stage) __attribute__((btf_decl_tag("pipeline.bpf.c, " TEXT(VERSION) ": " #stage)))

#define CELLS(verdicts) (1 + (verdicts) + 1 + HAS_SLOTS)

/* Which stage has which number: the first enumerator is 0. */
#ifdef REVERSED
#define ORDER(hook)                                                                                \
	enum order_##hook                                                                          \
	{                                                                                          \
		hook##_wall, hook##_mark,                                                          \
	}
#else
#define ORDER(hook)                                                                                \
	enum order_##hook                                                                          \
	{                                                                                          \
		hook##_mark, hook##_wall,                                                          \
	}
#endif

#define COUNTERS(name, hook, verdicts)                                                             \
	ORDER(hook);                                                                               \
	struct name##_row {                                                                        \
		__u64 cells[STAGES * CELLS(verdicts)];                                             \
		enum order_##hook order[0];                                                        \
	};                                                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);                                           \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, struct name##_row);                                                  \
	} NAME(name) SEC(".maps")

static __always_inline void count(__u64 *cells, __u32 stage, __u32 verdicts, __u32 column,
				  __u64 bytes)
{
	__u64 limited = column;

	if (!cells)
		return;
	cells += stage * CELLS(verdicts);
	cells[0] += bytes;
	/* The comparison is to stay one of the register that is added. */
	asm volatile("" : "+r"(limited));
	if (limited > verdicts)
		limited = verdicts;
	cells[1 + limited]++;
}

#if HAS_XDP
COUNTERS(xdp_counters, xdp, XDP_VERDICTS);

static __always_inline __u64 *xdp_cells(void)
{
	__u32 zero = 0;
	struct xdp_counters_row *row = bpf_map_lookup_elem(&NAME(xdp_counters), &zero);

	return row ? row->cells : 0;
}

static __always_inline __u64 xdp_bytes(const struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data;
}

static __always_inline int mark(struct xdp_md *ctx)
{
	/* The caller's argument is to be passed, used or not: the verifier looks for it. */
	asm volatile("" : : "r"(ctx));
	count_version();
	return XDP_PASS;
}

static __always_inline int wall(struct xdp_md *ctx)
{
#ifdef REFUSED
	if (*(unsigned char *)(long)ctx->data == 7)
		return XDP_DROP;
#endif
	return is_multicast((void *)(long)ctx->data, (void *)(long)ctx->data_end) ? XDP_DROP
										  : XDP_PASS;
}

#if HAS_SLOTS
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, STAGES);
	__type(key, __u32);
	__type(value, __u32);
} NAME(slots) SEC(".maps");

static __always_inline int next(struct xdp_md *ctx, __u32 stage)
{
	__u64 *cells;

	bpf_tail_call(ctx, &NAME(slots), stage);
	cells = xdp_cells();
	if (cells)
		cells[stage * CELLS(XDP_VERDICTS) + CELLS(XDP_VERDICTS) - 1]++;
	return XDP_DROP;
}

SEC("xdp") FROM(mark) int NAME(mark)(struct xdp_md *ctx)
{
	__u64 bytes = xdp_bytes(ctx);
	int verdict = mark(ctx);

	count(xdp_cells(), MARK, XDP_VERDICTS, verdict, bytes);
	return verdict == XDP_PASS && MARK + 1 < STAGES ? next(ctx, MARK + 1) : verdict;
}

SEC("xdp") FROM(wall) int NAME(wall)(struct xdp_md *ctx)
{
	__u64 bytes = xdp_bytes(ctx);
	int verdict = wall(ctx);

	count(xdp_cells(), WALL, XDP_VERDICTS, verdict, bytes);
	return verdict == XDP_PASS && WALL + 1 < STAGES ? next(ctx, WALL + 1) : verdict;
}

SEC("xdp")
int NAME(xdp)(struct xdp_md *ctx)
{
	return next(ctx, 0);
}
#else
__attribute__((noinline)) int NAME(mark_sub)(struct xdp_md *ctx)
{
	return mark(ctx);
}

__attribute__((noinline)) int NAME(wall_sub)(struct xdp_md *ctx)
{
	return wall(ctx);
}

SEC("xdp")
int NAME(xdp)(struct xdp_md *ctx)
{
	__u64 *cells, bytes;
	int verdict;

	if (STOPPED)
		return XDP_PASS;
	cells = xdp_cells();
	bytes = xdp_bytes(ctx);
	verdict = NAME(mark_sub)(ctx);
	count(cells, MARK, XDP_VERDICTS, verdict, bytes);
	if (verdict != XDP_PASS)
		return verdict;
	verdict = NAME(wall_sub)(ctx);
	count(cells, WALL, XDP_VERDICTS, verdict, bytes);
	return verdict;
}
#endif
#endif

#if HAS_TC
/* Columns: TC_ACT_UNSPEC, TC_ACT_OK, TC_ACT_SHOT. */
static __always_inline __u32 tc_column(int verdict)
{
	return verdict == TC_ACT_UNSPEC ? 0
	       : verdict == TC_ACT_OK	? 1
	       : verdict == TC_ACT_SHOT ? 2
					: 3;
}

#define TC_PROGRAM(name, hook, counters)                                                           \
	COUNTERS(counters, hook, TC_VERDICTS);                                                     \
	static __always_inline __u64 *name##_cells(void)                                           \
	{                                                                                          \
		__u32 zero = 0;                                                                    \
		struct counters##_row *row = bpf_map_lookup_elem(&NAME(counters), &zero);          \
                                                                                                   \
		return row ? row->cells : 0;                                                       \
	}                                                                                          \
                                                                                                   \
	static __always_inline int name##_mark(struct __sk_buff *skb)                              \
	{                                                                                          \
		count_version();                                                                   \
		count(name##_cells(), MARK, TC_VERDICTS, 0, skb->len);                             \
		return TC_ACT_UNSPEC;                                                              \
	}                                                                                          \
                                                                                                   \
	static __always_inline int name##_wall(struct __sk_buff *skb)                              \
	{                                                                                          \
		int verdict = is_multicast((void *)(long)skb->data, (void *)(long)skb->data_end)   \
				      ? TC_ACT_SHOT                                                \
				      : TC_ACT_UNSPEC;                                             \
                                                                                                   \
		count(name##_cells(), WALL, TC_VERDICTS, tc_column(verdict), skb->len);            \
		return verdict;                                                                    \
	}                                                                                          \
	struct name##_end

TC_PROGRAM(in, tc_ingress, in_counters);

#if VARIANT == EACH
SEC("tc") FROM(mark) int NAME(mark)(struct __sk_buff *skb)
{
	return STOPPED ? TC_ACT_UNSPEC : in_mark(skb);
}

SEC("tc") FROM(wall) int NAME(wall)(struct __sk_buff *skb)
{
	return STOPPED ? TC_ACT_UNSPEC : in_wall(skb);
}
#else
SEC("tc")
int NAME(in)(struct __sk_buff *skb)
{
	int verdict;

	if (STOPPED)
		return TC_ACT_UNSPEC;
	verdict = in_mark(skb);
	return verdict == TC_ACT_UNSPEC ? in_wall(skb) : verdict;
}
#endif

#if VARIANT == TWO
TC_PROGRAM(out, tc_egress, out_counters);

SEC("tc")
int NAME(out)(struct __sk_buff *skb)
{
	int verdict;

	if (STOPPED)
		return TC_ACT_UNSPEC;
	verdict = out_mark(skb);
	return verdict == TC_ACT_UNSPEC ? out_wall(skb) : verdict;
}
#endif
#endif

char _license[] SEC("license") = "GPL";
