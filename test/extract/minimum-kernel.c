// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The minimum kernel counts hooks, helpers, kfuncs and types of maps. A kfunc that the code asks for is not
// needed, also when another function calls it; one whose first kernel nobody knows leaves it open.
// RUN: rm -rf %t && %opened-extract --all -o %t/ %s -- %bpfcc
// RUN: %python -c "import json; [print(n, json.load(open(f'%t/{n}.json'))['minimum_kernel']) for n in ('plain', 'bloom', 'calls', 'asks', 'unknown', 'elsewhere')]" | %FileCheck %s
// RUN: %opened-transform --check --to=tc %s -- %bpfcc | %FileCheck --check-prefix=MOVED %s
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define asks_for(f) (!!(f))

extern void bpf_rcu_read_lock(void) __ksym __attribute__((weak));
extern void bpf_rcu_read_unlock(void) __ksym __attribute__((weak));
extern void opn_no_such_kfunc(void) __ksym __attribute__((weak));

struct {
	__uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
	__uint(max_entries, 8);
	__type(value, int);
} seen SEC(".maps");

// CHECK: plain 4.8
SEC("xdp")
int plain(struct xdp_md *ctx)
{
	return XDP_PASS;
}

// bpf_map_peek_elem() is of 4.20, the map of 5.16.
// CHECK: bloom 5.16
SEC("xdp")
int bloom(struct xdp_md *ctx)
{
	int value = 1;

	return bpf_map_peek_elem(&seen, &value) ? XDP_PASS : XDP_DROP;
}

// CHECK: calls 6.2
SEC("xdp")
int calls(struct xdp_md *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return XDP_PASS;
}

static __attribute__((noinline)) void section(void)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
}

// CHECK: asks 4.8
SEC("xdp")
int asks(struct xdp_md *ctx)
{
	if (asks_for(bpf_rcu_read_lock) && asks_for(bpf_rcu_read_unlock))
		section();
	return XDP_PASS;
}

// CHECK: unknown None
SEC("xdp")
int unknown(struct xdp_md *ctx)
{
	opn_no_such_kfunc();
	return XDP_PASS;
}

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

// CHECK: elsewhere 5.8
SEC("tc")
int elsewhere(struct __sk_buff *skb)
{
	return bpf_ringbuf_query(&ring, 0);
}

// The way to tc itself needs 5.2.
// MOVED: "program": "plain"
// MOVED: "min-kernel": "5.2"
// MOVED: "program": "bloom"
// MOVED: "min-kernel": "5.16"
// MOVED: "program": "unknown"
// MOVED: "min-kernel": null
