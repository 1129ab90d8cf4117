// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A test run of both hooks says the same device: what is counted by it is proved to be the same.
// REQUIRES: bpf
// RUN: rm -rf %t && mkdir %t && cd %t && cp %s ingress.c
// RUN: %opened-transform --to=xdp --vlan=bytes --prove -o out ingress.c -- %bpfcc
// RUN: %FileCheck %s --check-prefix=MANIFEST < out/ingress.c.transform.json
// MANIFEST: "verdict": "equivalent"
// RUN: %clang %bpfcc -c ingress.c -o tc.o && %clang %bpfcc -DWRONG -c out/ingress.c -o wrong.o
// RUN: %status 1 %opened-verify tc.o wrong.o 2> /dev/null | %FileCheck %s --check-prefix=WRONG
// WRONG: different: maps 'map devices
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#ifdef WRONG
#define DEVICE(skb) 0
#else
#define DEVICE(skb) ((skb)->ingress_ifindex)
#endif

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} devices SEC(".maps");

SEC("tc")
int by_device(struct __sk_buff *skb)
{
	__u32 device = DEVICE(skb), length = skb->len;

	bpf_map_update_elem(&devices, &device, &length, BPF_ANY);
	return length > 100 ? TC_ACT_OK : TC_ACT_SHOT;
}
char _license[] SEC("license") = "GPL";
