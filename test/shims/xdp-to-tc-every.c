/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-every - all shims in one program and more than once, for several sets of instructions
 *
 * Failures that do not come are not reached.
 *
 * REQUIRES: bpf
 * RUN: %shims %s --unreached=3 --cpu=v1
 * RUN: %shims %s --unreached=3 --cpu=v3 --only=none
 * RUN: %shims %s --unreached=3 --cpu=v4 --only=none -o OPN_FIDELITY=2 -o OPN_PASS=0
 * RUN: %shims %s --unreached=3 --cpu=v1 --only=none -o OPN_FIDELITY=2 -o OPN_LINEAR=1
 * RUN: %shims %s --unreached=3 --cpu=v3 --only=none -o OPN_FIDELITY=0 -o OPN_LINEAR=0 -o OPN_VLAN=1
 * WRONG: pass: case OPN_XDP_PASS: => case OPN_XDP_PASS: return verdict;
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} next SEC(".maps");

static __attribute__((noinline)) int there_and_back(struct xdp_md *ctx, int size)
{
	if (bpf_xdp_adjust_head(ctx, -size))
		return 1;
	return !!bpf_xdp_adjust_head(ctx, size);
}

static __always_inline int store(struct xdp_md *ctx, int place)
{
	unsigned char bytes[128] = { 1, 2, 3 };
	int result = bpf_xdp_store_bytes(ctx, place, bytes, 6);

	return result | bpf_xdp_store_bytes(ctx, place * 100, bytes, sizeof(bytes));
}

PROGRAM(every)
{
	struct bpf_fib_lookup params = { .family = 2, .ifindex = 1 };
	unsigned char *data = DATA(ctx);
	int place, key, result;

	if (data + ETH_ZLEN > DATA_END(ctx))
		return XDP_DROP;
	place = data[2];
	key = data[3];
	result = there_and_back(ctx, 4) | there_and_back(ctx, 20);
	result |= store(ctx, place) | store(ctx, key);
	result |= bpf_xdp_adjust_tail(ctx, 8) | bpf_xdp_adjust_tail(ctx, -8);
	result |= bpf_fib_lookup(ctx, &params, sizeof(params), 0);
	if (key & 1)
		bpf_tail_call(ctx, &next, key & 3);
	if (key & 2)
		return bpf_redirect_map(&ports, place, XDP_TX);
	if (key & 4)
		return bpf_redirect(DEVICE(ctx), 0);
	return result + QUEUE(ctx) ? XDP_PASS : XDP_DROP;
}
