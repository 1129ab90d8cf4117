// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int itself(struct xdp_md *ctx);

/* The program is named by a map: it stays a program, too. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__array(values, int (struct xdp_md *));
} jumps SEC(".maps") = {
	.values = { [0] = (void *)&itself },
};

SEC("xdp")
int itself(struct xdp_md *ctx)
{
	if (ctx->rx_queue_index > 3)
		bpf_tail_call(ctx, &jumps, 0);
	return XDP_PASS;
}

__attribute__((section("xdp"), used)) int spelled_out(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp")
__attribute__((noinline)) int apart(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp/anything")
int untyped(void *ctx)
{
	struct xdp_md *xdp = ctx;

	return xdp->rx_queue_index ? XDP_PASS : XDP_DROP;
}

#define PROGRAM(name) SEC("xdp") int name##_program(struct xdp_md *ctx)

PROGRAM(pasted)
{
	return XDP_PASS;
}

#define WHOLE(name) SEC("xdp") int name(struct xdp_md *ctx) { return XDP_PASS; }
WHOLE(whole)

SEC("xdp") __attribute__((weak)) int weak_one(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp/devmap")
int behind(struct xdp_md *ctx)
{
	return ctx->egress_ifindex ? XDP_PASS : XDP_DROP;
}

/* A section that only its own loader knows. */
SEC("filter_of_mine")
int unknown(struct xdp_md *ctx)
{
	return XDP_PASS;
}

/* The section stands at a prototype. */
int announced(struct xdp_md *ctx) __attribute__((section("xdp"), used));

int announced(struct xdp_md *ctx)
{
	return XDP_PASS;
}

/* A macro makes the program and begins what it calls. */
#define BEGUN(name) \
	static __always_inline int name##_inner(struct xdp_md *c); \
	SEC("xdp") int name(struct xdp_md *c) { return name##_inner(c); } \
	static __always_inline int name##_inner(struct xdp_md *ctx)

BEGUN(begun)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
