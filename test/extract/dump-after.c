/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * dump-after - what is known after a pass: every text that was seen, and those that the target needs
 *
 * RUN: cd %S && %opened-extract --dump-after=collect -f prog -o %t.c dump-after.c -- %bpfcc > %t.dump 2>&1; %FileCheck %s --check-prefix=COLLECT < %t.dump
 * RUN: %opened-extract --dump-after=closure -f prog -o %t.c dump-after.c -- %bpfcc > %t.dump 2>&1; %FileCheck %s --check-prefix=CLOSURE < %t.dump
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static int unneeded;
static int needed;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return needed++;
}

char _license[] SEC("license") = "GPL";

// COLLECT: dump-after.c:12-12: {{.*}}unneeded
// COLLECT: dump-after.c:13-13: {{.*}}needed
// COLLECT: dump-after.c:15-19: {{.*}}prog
//
// CLOSURE-NOT: unneeded
// CLOSURE: dump-after.c:13-13: {{.*}}needed
// CLOSURE: dump-after.c:15-19: {{.*}}prog
