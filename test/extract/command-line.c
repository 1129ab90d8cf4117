/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * command-line - what -D, -U and -include said is in the unit, guarded, as far as it is needed
 *
 * RUN: split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc -DLIMIT=10 -DFLAG '-DADD(a, b)=((a) + (b))' -DUNUSED=1 -U__bpf__ -U__ELF__ -include forced.h -include unused.h | %FileCheck %s
 * RUN: %unit prog prog.c -- %bpfcc '-DADD(a,b)=1' -include forced.h | %FileCheck %s --check-prefix=LESS
 */
//--- forced.h
/* SPDX-License-Identifier: BSD-2-Clause */
#define FORCED 3
static inline int forced(int v) { return v + FORCED; }
static inline int not_used(int v) { return v; }
//--- unused.h
#define NOTHING 4
//--- prog.c
/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int prog(struct xdp_md *ctx)
{
#ifdef FLAG
	if (ctx->data > LIMIT)
		return XDP_DROP;
#endif
#ifdef __bpf__
	return XDP_ABORTED;
#endif
#ifdef NOT_GIVEN
	return XDP_TX;
#endif
	return ADD(forced(ctx->data), 1);
}

char _license[] SEC("license") = "GPL";
//--- check
CHECK: SPDX-License-Identifier: GPL-2.0-only
CHECK: SPDX-License-Identifier: BSD-2-Clause
CHECK-NOT: UNUSED
CHECK-DAG: #ifndef ADD{{$[[:space:]]}}#define ADD(a, b) ((a) + (b)){{$[[:space:]]}}#endif
CHECK-DAG: #ifndef FLAG{{$[[:space:]]}}#define FLAG 1{{$[[:space:]]}}#endif
CHECK-DAG: #ifndef LIMIT{{$[[:space:]]}}#define LIMIT 10{{$[[:space:]]}}#endif
CHECK-DAG: {{^}}#undef __bpf__{{$}}
CHECK: /* Extracted from forced.h:2-2 */
CHECK-NEXT: #define FORCED 3
CHECK: /* Extracted from forced.h:3-3 */
CHECK-NEXT: static inline int forced(int v) { return v + FORCED; }
CHECK-NOT: {{not_used|NOTHING|UNUSED|__ELF__}}
CHECK: int prog(
CHECK: #ifdef NOT_GIVEN

LESS: #define ADD(a,b) 1
LESS-NOT: {{LIMIT [0-9]|define FLAG|#undef}}
LESS: int prog(
