/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* length.bpf.c - a program alone */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket")
int third(struct __sk_buff *skb)
{
	return skb->len;
}
