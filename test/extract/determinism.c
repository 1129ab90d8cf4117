/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * determinism - the same bytes in the same folder, for any -j and for one target or all, in both layouts
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: for layout in single tree; do for run in 1 2; do for jobs in 1 2; do \
 * RUN:   %opened-extract -q --prove --layout=$layout -j$jobs --all -o out a.c b.c c.c -- %bpfcc || exit; \
 * RUN:   mv out $layout.$run.$jobs; \
 * RUN:   diff -r $layout.1.1 $layout.$run.$jobs || exit; \
 * RUN: done; done; done
 * RUN: %opened-extract -q -f two -o one.c a.c -- %bpfcc && diff one.c single.1.1/a/two.bpf.c
 * RUN: (cd single.1.1 && find . -name '*.c' | sort) | %FileCheck %s
 */
//--- common.h
/* SPDX-License-Identifier: MIT */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
enum verdict { NO = XDP_DROP, YES = XDP_PASS };
struct value { enum verdict verdict; };
struct map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
};
//--- a.c
#include "common.h"
struct map table SEC(".maps");
static int one_helper(__u32 key) { return bpf_map_lookup_elem(&table, &key) ? YES : NO; }
static int two_helper(__u32 key) { return one_helper(key + 1); }
SEC("xdp") int one(struct xdp_md *ctx) { return one_helper(ctx->data); }
SEC("xdp") int two(struct xdp_md *ctx) { return two_helper(ctx->data); }
char _license[] SEC("license") = "GPL";
//--- b.c
#include "common.h"
SEC("tc") int three(struct __sk_buff *skb) { return YES; }
char _license[] SEC("license") = "GPL";
//--- c.c
#include "common.h"
struct map here SEC(".maps");
SEC("xdp") int one(struct xdp_md *ctx) { __u32 key = NO; return !bpf_map_lookup_elem(&here, &key); }
char _license[] SEC("license") = "GPL";
//--- check
CHECK: ./a/one.bpf.c
CHECK-NEXT: ./a/two.bpf.c
CHECK-NEXT: ./b/three.bpf.c
CHECK-NEXT: ./c/one.bpf.c
