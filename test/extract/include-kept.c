/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-kept - a header that --keep-include names stays an include; unneeded includes go
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit -n prog --keep-include='lib/*.h' prog.c -- %bpfcc -I. | %FileCheck %s
 * RUN: %unit prog prog.c -- %bpfcc -I. | %FileCheck %s --check-prefix=ALL
 */
//--- lib/kept.h
/* SPDX-License-Identifier: MIT */
#define KEPT 1
//--- lib/unneeded.h
#define UNNEEDED 1
//--- own.h
/* SPDX-License-Identifier: MIT */
#define OWN 1
//--- prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include "lib/kept.h"
#include "lib/unneeded.h"
#include "own.h"

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return KEPT + OWN;
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK: #include <linux/bpf.h>
CHECK-NOT: if_ether
CHECK: #include <bpf/bpf_helpers.h>
CHECK: #include "lib/kept.h"
CHECK-NOT: {{own.h"|unneeded|define KEPT}}
CHECK: #define OWN 1

ALL-NOT: #include "
ALL: #define KEPT 1
ALL: #define OWN 1
