/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * names-own - a name of the project's that is the shim's too is found before anything is written; a macro
 * that is defined below a program does not write its wrapper
 *
 * RUN: %refused -c %s --to=tc -- %bpfcc -DCLASH | %FileCheck %s
 * RUN: %rewritten %s --to=tc -- %bpfcc | %FileCheck %s --check-prefix=SECTION
 */

#include <linux/bpf.h>

#ifdef CLASH
int opn_xdp_enter(int own);
#endif

__attribute__((section("xdp"), used))
int prog(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 60 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

#define SEC(name) __attribute__((section(name), used))

char _license[] SEC("license") = "GPL";

// CHECK: error: {{.*}}'opn_xdp_enter'
// CHECK: [-Wopened-transform-broken]
// SECTION: __attribute__((section("tc"), used))
