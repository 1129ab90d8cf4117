/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * preprocessed - a source and its preprocessed text are the same on every level
 *
 * RUN: %clang %bpfcc -E -P %s -o %t.c
 * RUN: %prove f,g,helper %s %t.c %bpfcc --unit -target bpf -O2 -g | %FileCheck %s
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task {
	int flags;
	struct task *parent;
	union {
		int a;
		long b : 7;
	};
} __attribute__((preserve_access_index));

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct bpf_spin_lock);
} locks SEC(".maps");

static long seen;
const volatile int names[4] = { 1, 2, 3 };
extern int kernel_version __attribute__((section(".kconfig")));

static int helper(struct task *task)
{
	static int calls;

	return task->parent->flags + __builtin_preserve_field_info(task->b, 0) + calls++;
}

static long callback(__u32 index, void *ctx)
{
	seen += index;
	asm volatile("r1 = %0" ::"i"(4) : "r1");
	return 0;
}

SEC("socket")
int f(struct task *ctx)
{
	__u32 key = __LINE__;

	bpf_printk("%d", names[key & 3]);
	bpf_loop(3, callback, 0, 0);
#pragma unroll
	for (int i = 0; i < 3; i++)
		key += helper(ctx) * i;
	return key + kernel_version + __builtin_btf_type_id(*ctx, 0) + !!bpf_map_lookup_elem(&locks, &key);
}

SEC("tc")
int g(struct task *ctx)
{
	switch (ctx->a) {
	case 1 ... 4:
		return __sync_fetch_and_add(&seen, 1);
	case 9:
		return 2;
	}
	return helper(ctx);
}

char licence[] SEC("license") = "GPL";

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 identical
 * CHECK-NEXT: f 3 identical
 * CHECK-NEXT: f 4 identical
 * CHECK-NEXT: f 5 skipped: not asked for
 * CHECK-NEXT: g 1 identical
 * CHECK-NEXT: g 2 identical
 * CHECK-NEXT: g 3 identical
 * CHECK-NEXT: g 4 identical
 * CHECK-NEXT: g 5 skipped: not asked for
 * CHECK-NEXT: helper 1 identical
 * CHECK-NEXT: helper 2 identical
 * CHECK-NEXT: helper 3 identical
 * CHECK-NEXT: helper 4 identical
 * CHECK-NEXT: helper 5 skipped: not asked for
 */
