/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * conditional-include - guards around an #include, in a header, and guards that a text crosses
 *
 * RUN: split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc -DNEW | %FileCheck %s
 * RUN: %unit prog --layout=tree prog.c -- %bpfcc | %FileCheck %s --check-prefix=TREE
 */
//--- new.h
/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NEW_H
#define NEW_H
#if __has_include(<linux/if_ether.h>) && !defined(NO_ETHER)
#include <linux/if_ether.h>
#define HEADER sizeof(struct ethhdr)
#else
#define HEADER 14
#endif
#endif
//--- old.h
/* SPDX-License-Identifier: BSD-2-Clause */
#define HEADER 14
//--- prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef NEW
# include "new.h"
#else
# include "old.h"
#endif

#define SEEN 1

SEC("xdp")
#ifdef NEW
int prog(struct xdp_md *ctx)
#else
int prog(struct xdp_md *ctx __attribute__((unused)))
#endif
{
	return HEADER + SEEN;
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK: {{^}}#ifndef NEW{{$}}
CHECK-NEXT: #define NEW 1
CHECK: {{^}}#ifdef NEW{{$}}
CHECK-NOT: NEW_H
CHECK: {{^}}#if __has_include(<linux/if_ether.h>) && !defined(NO_ETHER){{$}}
CHECK: #include <linux/if_ether.h>
CHECK: #define HEADER sizeof(struct ethhdr)
CHECK: {{^}}#else{{$}}
CHECK-NEXT: not part of this unit
CHECK-NEXT: {{^}}#endif{{$}}
CHECK: {{^}}#else{{$}}
CHECK-NEXT: not part of this unit
CHECK-NEXT: {{^}}#endif{{$}}
CHECK: #define SEEN 1
CHECK: SEC("xdp")
CHECK-NEXT: #ifdef NEW
CHECK-NEXT: int prog(struct xdp_md *ctx)
CHECK-NEXT: #else
CHECK-NEXT: int prog(struct xdp_md *ctx __attribute__((unused)))
CHECK-NEXT: #endif
CHECK-NEXT: {

TREE: ==> ./old.h <==
TREE: #define HEADER 14
TREE: ==> ./prog.c <==
TREE: #ifdef NEW
TREE-NEXT: not part of this unit
TREE-NEXT: #else
TREE-NEXT: # include "old.h"
TREE-NEXT: #endif
