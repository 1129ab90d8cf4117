// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Another project, with equal names for other things. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct found {
	__u64 length;
};

enum answer { NO = 7, YES };

typedef __u64 word;

#define LIMIT fits

static __always_inline int fits(word length)
{
	return length > 14;
}

static __u32 seen;

SEC("xdp")
int strange(struct xdp_md *ctx)
{
	struct found found = { .length = ctx->data_end - ctx->data };
	enum answer answer = LIMIT(found.length) ? YES : NO;

	seen++;
	bpf_xdp_adjust_tail(ctx, 0);
	return answer == YES ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
