/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xmacro-body - a list in a header of its own is included inside of a function body
 *
 * RUN: split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc | %FileCheck %s
 * RUN: %unit prog --layout=tree prog.c -- %bpfcc | %FileCheck %s --check-prefix=TREE
 *
 * A byte order mark begins a file, and nothing else.
 * RUN: printf '\357\273\277' >marked && cat ports.def >>marked && mv marked ports.def
 * RUN: %unit prog prog.c -- %bpfcc >unit && %FileCheck %s <unit && not grep "$(printf '\357\273\277')" unit
 */
//--- ports.def
/* SPDX-License-Identifier: BSD-2-Clause */
PORT(22, XDP_DROP) /* ssh */
PORT(80, XDP_PASS)
//--- prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	switch (ctx->rx_queue_index) {
#define PORT(number, verdict) case number: return verdict;
#include "ports.def"
#undef PORT
	}
	return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK-DAG: SPDX-License-Identifier: GPL-2.0-only
CHECK-DAG: SPDX-License-Identifier: BSD-2-Clause
CHECK: switch (ctx->rx_queue_index) {
CHECK-NEXT: #define PORT(number, verdict) case number: return verdict;
CHECK-NEXT: /* Extracted from ports.def:1-3 */
CHECK-NOT: #include
CHECK: PORT(22, XDP_DROP) /* ssh */
CHECK-NEXT: PORT(80, XDP_PASS)
CHECK-NEXT: #undef PORT
CHECK-NEXT: }
CHECK-NEXT: return XDP_ABORTED;

TREE: ==> ./ports.def <==
TREE: PORT(22, XDP_DROP) /* ssh */
TREE: ==> ./prog.c <==
TREE: #include "ports.def"
