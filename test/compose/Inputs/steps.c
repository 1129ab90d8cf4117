/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Two steps of one program array, of which each is begun with. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int first_step(struct xdp_md *ctx);
int last_step(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, int(struct xdp_md *));
} steps SEC(".maps") = { .values = { &first_step, &last_step } };

SEC("xdp")
int first_step(struct xdp_md *ctx)
{
	if ((void *)(long)ctx->data + 100 > (void *)(long)ctx->data_end)
		bpf_tail_call(ctx, &steps, 1);
	return XDP_PASS;
}

SEC("xdp")
int last_step(struct xdp_md *ctx)
{
	if (ctx->rx_queue_index)
		bpf_tail_call(ctx, &steps, 0);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
