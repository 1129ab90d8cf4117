/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * pad.tc.bpf.c - pads short frames to Ethernet's minimum
 */
#include "twin.h"

SEC("tc")
int twin_pad(struct __sk_buff *skb)
{
	long error;

	if (skb->len >= ETH_ZLEN)
		return TC_ACT_UNSPEC;
	error = bpf_skb_change_tail(skb, ETH_ZLEN, 0);
	return twin_tc_pass(error);
}

char _license[] SEC("license") = "GPL";
