/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* one.c - one program and one helper, without any include */
#define SEC(name) __attribute__((section(name), used))

struct xdp_md;

static int helper(int value)
{
	return value + 1;
}

SEC("xdp") int first(struct xdp_md *ctx)
{
	(void)ctx;
	return helper(1);
}

char _license[] SEC("license") = "GPL";
