/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* mark.bpf.c - leaves something that another hook has not */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int mark(struct __sk_buff *skb)
{
	skb->mark = 7;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
