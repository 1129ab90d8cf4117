// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A helper is its number, whatever a project calls it, and however it is called: through a variable of any
// name, in assembly, or by an inline function of a header that is not the project's.
// RUN: rm -rf %t && %opened-extract --function=jump -o %t/ %s -- %bpfcc
// RUN: %python -c "import json; m = json.load(open('%t/jump.json')); print(*[(f['name'], f['helpers']) for f in m['functions']], sep='\n'); print(m['minimum_kernel']); print([x['access'] for x in m['maps'] if x['name'] == 'own'])" | %FileCheck %s
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long (*const my_tail_call)(void *, void *, unsigned int) = (void *)12;
static void *(*const find)(void *, const void *) = (void *)1;

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__type(key, int);
	__type(value, int);
} steps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, int);
	__type(value, int);
} own SEC(".maps");

// CHECK-DAG: ('step', ['bpf_tail_call'])
static int step(struct xdp_md *ctx)
{
	my_tail_call(ctx, &steps, 1);
	return 0;
}

// CHECK-DAG: ('fixed', ['bpf_tail_call'])
static int fixed(struct xdp_md *ctx)
{
	bpf_tail_call_static(ctx, &steps, 0);
	return 0;
}

// CHECK-DAG: ('clock', ['bpf_jiffies64', 'bpf_ktime_get_ns'])
static __attribute__((noinline)) int clock(void)
{
	asm volatile("call %[now]" : : [now] "i"(bpf_ktime_get_ns) : "r0", "r1", "r2", "r3", "r4", "r5");
	asm volatile("call 118" : : : "r0", "r1", "r2", "r3", "r4", "r5");
	return 0;
}

// CHECK-DAG: ('jump', ['bpf_map_lookup_elem'])
SEC("xdp")
int jump(struct xdp_md *ctx)
{
	int zero = 0;

	return step(ctx) + fixed(ctx) + clock() + !find(&own, &zero);
}
// CHECK: 5.5
// CHECK: [{'function': 'jump', 'read': True, 'write': False}]]

char _license[] SEC("license") = "GPL";
