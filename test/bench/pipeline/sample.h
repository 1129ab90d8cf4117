/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * sample.h - one packet of many to user space
 */
#include "stage.h"

struct sample {
	__be32 source, dest;
	__be16 ports[2];
	__u32 length;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} samples SEC(".maps");

static __always_inline int sample(struct headers *found)
{
	struct sample *out;

	if (bpf_get_prandom_u32() % 4096)
		return XDP_PASS;
	out = bpf_ringbuf_reserve(&samples, sizeof(*out), 0);
	if (!out)
		return XDP_PASS;
	out->source = found->ip->saddr;
	out->dest = found->ip->daddr;
	out->ports[0] = found->source;
	out->ports[1] = found->dest;
	out->length = found->end - found->data;
	bpf_ringbuf_submit(out, BPF_RB_NO_WAKEUP);
	return XDP_PASS;
}
