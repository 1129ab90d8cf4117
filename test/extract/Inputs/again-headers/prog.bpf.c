/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <kinds.h>
#include <odd.h>

/* not the one of odd.h */
#undef always
#define always inline __attribute__((always_inline))

#define WITH_LIMIT

#ifdef WITH_LIMIT
int nobody(void);

static always kind limit(kind length)
{
	return length & 63;
}
#else
static always kind limit(kind length)
{
	return length;
}
#endif

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return limit(ctx->data_end - ctx->data) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
