/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Copyright (c) 2026 The OPENED authors */
/*
 * pad.tc.bpf.c - pads short frames to Ethernet's minimum
 */
#include "twin.h"

SEC("tc")
int twin_pad(struct __sk_buff *skb)
{
	__u32 failed;

	if (skb->len >= ETH_ZLEN)
		return TC_ACT_UNSPEC;
	failed = twin_failed(bpf_skb_change_tail(skb, ETH_ZLEN, 0));
	return TC_ACT_UNSPEC + failed * (TC_ACT_SHOT - TC_ACT_UNSPEC);
}

char _license[] SEC("license") = "GPL";
