/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * unseen - what the kernel drops between two hooks says nothing of the program at the later one
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DTC -c %s -o %t.tc.o
 * RUN: %status 0 %live %t.xdp.o %t.tc.o %frames %cut | %FileCheck %s
 * RUN: %status 0 %live %t.tc.o %t.xdp.o %frames %cut | %FileCheck %s --check-prefix=BACK
 *
 * A frame that ends in its VLAN tag is gone before tc. XDP counts it, which must not be told as a
 * difference of the maps.
 *
 * CHECK: equivalent on 4 packets
 * CHECK: not run 0 by the left, 1 by the right, 0 by both
 * CHECK: fates 4 redirect to interface 3
 * CHECK: allowed 1 packet by 'refused-by-second'
 *
 * BACK: equivalent on 4 packets
 * BACK: not run 1 by the left, 0 by the right, 0 by both
 * BACK: allowed 1 packet by 'refused-by-first'
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} seen SEC(".maps");

static __always_inline int away(void)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&seen, &zero);

	if (count)
		__sync_fetch_and_add(count, 1);
	return bpf_redirect(3, 0);
}

#ifdef TC
SEC("tc")
int divert(struct __sk_buff *skb __attribute__((unused)))
{
	return away();
}
#else
SEC("xdp")
int divert(struct xdp_md *ctx __attribute__((unused)))
{
	return away();
}
#endif

char _license[] SEC("license") = "GPL";
