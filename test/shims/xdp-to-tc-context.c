/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-context - length, device and queue, in a function of its own
 *
 * REQUIRES: bpf
 * RUN: %shims %s
 * RUN: %shims %s --only=none -o OPN_LINEAR=1
 * WRONG: length: return OPN_SKB(skb)->len; => return OPN_SKB(skb)->len - 14;
 * WRONG: queue: OPN_SKB(skb)->queue_mapping - 1 : 0 => OPN_SKB(skb)->queue_mapping : 1
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, int);
	__type(value, long);
} seen SEC(".maps");

static __attribute__((noinline)) int look(struct xdp_md *ctx, int key)
{
	long *value = bpf_map_lookup_elem(&seen, &key);

	if (!value)
		return 0;
	if (key == 0)
		*value = bpf_xdp_get_buff_len(ctx);
	if (key == 1)
		*value = DEVICE(ctx);
	if (key == 2)
		*value = QUEUE(ctx);
	return *value & 1;
}

PROGRAM(context)
{
	unsigned char *data = DATA(ctx);

	if (data + LEAST > DATA_END(ctx))
		return XDP_DROP;
	return look(ctx, data[2] & 3) ? XDP_PASS : XDP_TX;
}
