/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * calls - helpers that stay, that become the shim's, that have another name in this project, and a
 * function of the project that is called like a helper
 *
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

/* The same helper, declared by number: 44 is bpf_xdp_adjust_head. */
static long (*shift_head)(struct xdp_md *ctx, int delta) __attribute__((unused)) = (void *)44;
#define ADJUST(ctx, n) bpf_xdp_adjust_head(ctx, n)

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} hits SEC(".maps");

static __always_inline long bpf_fib_lookup_count(struct xdp_md *ctx)
{
	return bpf_xdp_get_buff_len(ctx);
}

static __always_inline int unwrap(struct xdp_md *ctx, int by_number)
{
	struct ethhdr *eth = (void *)(long)ctx->data, saved;

	if ((void *)eth + 64 > (void *)(long)ctx->data_end)
		return -1;
	saved = *eth;
	if (by_number ? shift_head(ctx, 4) : ADJUST(ctx, 4))
		return -1;
	eth = (void *)(long)ctx->data;
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return -1;
	*eth = saved;
	return 0;
}

SEC("xdp")
int calls(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;
	__u32 key = 0;
	__u64 *hit = bpf_map_lookup_elem(&hits, &key);

	if (hit)
		*hit += bpf_fib_lookup_count(ctx);
	if ((void *)(eth + 1) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	if (eth->h_source[0] == 7)
		return XDP_TX;
	if (eth->h_source[1] & 1)
		return bpf_redirect(1, 0);
	if (unwrap(ctx, eth->h_source[2] & 1))
		return XDP_ABORTED;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: static long (*shift_head)(struct xdp_md *ctx, int delta) {{.*}} = (void *)44;
// CHECK: #define ADJUST(ctx, n) opn_xdp_adjust_head(ctx, n)
// CHECK: static __always_inline long bpf_fib_lookup_count(struct __sk_buff *ctx)
// CHECK: return opn_xdp_buff_len(ctx);
// CHECK: if (by_number ? opn_xdp_adjust_head(ctx, 4) : ADJUST(ctx, 4))
// CHECK: bpf_map_lookup_elem(&hits, &key);
// CHECK: *hit += bpf_fib_lookup_count(ctx);
// CHECK: return opn_xdp_redirect(1, 0);
