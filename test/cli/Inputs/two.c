/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* two.c - another helper of the same name */
#define SEC(name) __attribute__((section(name), used))

struct xdp_md;

static int helper(int value)
{
	return value + 2;
}

SEC("xdp") int second(struct xdp_md *ctx)
{
	(void)ctx;
	return helper(1);
}

char _license[] SEC("license") = "GPL";
