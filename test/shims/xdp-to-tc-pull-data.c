/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-pull-data - bytes brought into reach, as many as the packet says
 *
 * Packets of a test run are linear: that bytes come into reach is seen by xdp-to-tc-live-gro, whose
 * prologue asks for them the same way.
 *
 * REQUIRES: bpf, kfunc-bpf_xdp_pull_data
 * RUN: %shims %s
 * WRONG: number: return opn_h_pull_data(skb, length) ? -OPN_EINVAL => return opn_h_pull_data(skb, length) ? -OPN_EFAULT
 * WRONG: done: return opn_h_pull_data(skb, length) ? -OPN_EINVAL : 0; => return -OPN_EINVAL;
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"

#define bpf_xdp_pull_data opn_xdp_pull_data
#else
extern int bpf_xdp_pull_data(struct xdp_md *ctx, __u32 length) __ksym;
#endif

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __s64);
} results SEC(".maps");

PROGRAM(pull)
{
	unsigned char *data = DATA(ctx);
	__u32 slot = 0, length, by;
	__s64 *result = bpf_map_lookup_elem(&results, &slot);

	if (data + 20 > DATA_END(ctx) || !result)
		return XDP_DROP;
	length = bpf_xdp_get_buff_len(ctx);
	by = data[3] & 3;
	*result = bpf_xdp_pull_data(ctx, data[4] & 1 ? length - 1 + by : data[5]);
	return XDP_PASS;
}
