/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * maps - maps are filled alike before the frames and compared after them; device maps lead to the
 * devices of the run
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DTC -c %s -o %t.tc.o
 * RUN: %clang %bpfcc -DTC -DSTEP=2 -c %s -o %t.wrong.o
 * RUN: echo '{"maps": {"ports": [{"key": 0, "value": 4}]}}' > %t.json
 * RUN: %status 0 %live --maps=%t.json %t.xdp.o %t.tc.o %frames | %FileCheck %s --check-prefix=SAME
 * RUN: %status 1 %live --maps=%t.json %t.xdp.o %t.wrong.o %frames \
 * RUN:   | %FileCheck %s --check-prefix=WRONG
 * RUN: %status 1 %live %t.xdp.o %t.tc.o %frames | %FileCheck %s --check-prefix=EMPTY
 *
 * SAME: equivalent on 4 packets
 * SAME-DAG: 3 redirect to interface 4{{$}}
 * SAME-DAG: 1 drop{{$}}
 *
 * WRONG: different: map 'map seen
 * WRONG: {{^ +}}map seen{{.*$}}
 * WRONG-NEXT: left 4
 * WRONG-NEXT: right 8
 *
 * Without an entry nothing is redirected: all is dropped, which shows little.
 * EMPTY: inconclusive
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#ifndef STEP
#define STEP 1
#endif

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, 2);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, 1);
} seen SEC(".maps");

/* The port for a frame: 1 has no device. */
static __always_inline __u32 choose(void *data, void *data_end)
{
	struct ethhdr *eth = data;
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&seen, &zero);

	if (count)
		__sync_fetch_and_add(count, STEP);
	return (void *)(eth + 1) <= data_end && eth->h_dest[5] == 8;
}

#ifdef TC
SEC("tc")
int forward(struct __sk_buff *skb)
{
	__u32 port = choose((void *)(long)skb->data, (void *)(long)skb->data_end), *device;

	device = bpf_map_lookup_elem(&ports, &port);
	return device ? bpf_redirect(*device, 0) : TC_ACT_SHOT;
}
#else
SEC("xdp")
int forward(struct xdp_md *ctx)
{
	__u32 port = choose((void *)(long)ctx->data, (void *)(long)ctx->data_end);

	return bpf_redirect_map(&ports, port, XDP_DROP);
}
#endif

char _license[] SEC("license") = "GPL";
