/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * load - the verifier takes what it took: here a licence is missing for a helper
 *
 * REQUIRES: bpf
 * RUN: %prove --load f %s %s %bpfcc --unit %bpfcc | %FileCheck %s --check-prefix=SAME
 * RUN: %prove --load f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 * RUN: %prove --load f %s %s %bpfcc -DBAD --unit %bpfcc -DBAD | %FileCheck %s --check-prefix=BAD
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* User space gives it a size. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, int);
	__type(value, int);
} values SEC(".maps");

SEC("xdp")
int f(struct xdp_md *ctx)
{
	int key = 0;

#ifdef BAD
	key = *(int *)(long)ctx->data;
#endif
	bpf_printk("%d", key);
	return bpf_map_lookup_elem(&values, &key) ? XDP_PASS : XDP_DROP;
}

#ifndef UNIT
char licence[] SEC("license") = "GPL";
#endif

/* SAME: f 5 identical{{$}}
 * CHECK: f 5 differs: the unit is refused: cannot call GPL-restricted function from non-GPL compatible program
 * BAD: f 5 identical: the verifier refuses the original too:
 */
