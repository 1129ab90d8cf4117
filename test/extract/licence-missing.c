/*
 * licence-missing - where nothing names one, the user is told and nothing is invented
 *
 * SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 * RUN: sed 's/SPDX.*$/none/' %s > %t.c && grep -v CHECK %t.c > %t.bare.c
 * RUN: cd $(dirname %t) && %unit -w "names no" prog %basename_t.tmp.bare.c -- %bpfcc > %t.out
 * RUN: %FileCheck %s < %t.out
 * RUN: %opened-extract -f prog -o - %basename_t.tmp.bare.c -- %bpfcc 2>&1 >/dev/null | %FileCheck %s --check-prefix=TOLD
 */

#include <linux/bpf.h>
#define SEC(name) __attribute__((section(name), used))

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return XDP_PASS;
}

// CHECK-NOT: {{SPDX|license}}
// CHECK: /* Extracted by opened-extract
// CHECK-NOT: {{SPDX|license}}
//
// TOLD: warning: {{.*}} names no licence: no SPDX line in a contributing file and no variable in section 'license' [-Wopened-license-missing]
