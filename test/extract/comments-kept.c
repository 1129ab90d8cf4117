/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * comments-kept - comments that belong to a declaration, and all comments inside of it
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s --match-full-lines
 */

/* A thought of the file, not of a declaration. */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Of the limit. */
#define LIMIT 3 /* behind the limit */

/* A section of the file. */

/**
 * struct state - what is kept
 * @seen: how often
 */
struct state {
	// before a member
	int seen; /* behind a member */
	/* after the last member */
};

/* Of the unused one. */
static int unused;

// Of the state:
// two lines.
static struct state state; // behind the state

/* Far away. */

SEC("xdp") /* behind the section */
int prog(struct xdp_md *ctx /* of the parameter */)
{ /* opens */
	/* first */ state.seen++; /* second */
	// TODO: third
	return /* inside */ state.seen > LIMIT;
	/* last */
} /* closes */

/* Of the licence. */
char _license[] SEC("license") = "GPL";
/* The end. */

// CHECK-NOT: {{.*(unused one|thought|section of|Far away|The end).*}}
// CHECK: /* Of the limit. */
// CHECK-NEXT: #define LIMIT 3 /* behind the limit */
// CHECK-NOT: {{.*(unused|thought|section of|Far away|The end).*}}
// CHECK: /**
// CHECK-NEXT: {{ }}* struct state - what is kept
// CHECK-NEXT: {{ }}* @seen: how often
// CHECK-NEXT: {{ }}*/
// CHECK-NEXT: struct state {
// CHECK-NEXT: // before a member
// CHECK-NEXT: int seen; /* behind a member */
// CHECK-NEXT: /* after the last member */
// CHECK-NEXT: };
// CHECK-NOT: {{.*(unused|thought|section of|Far away|The end).*}}
// CHECK: // Of the state:
// CHECK-NEXT: // two lines.
// CHECK-NEXT: static struct state state; // behind the state
// CHECK-NOT: {{.*(unused|thought|section of|Far away|The end).*}}
// CHECK: SEC("xdp") /* behind the section */
// CHECK-NEXT: int prog(struct xdp_md *ctx /* of the parameter */)
// CHECK-NEXT: { /* opens */
// CHECK-NEXT: /* first */ state.seen++; /* second */
// CHECK-NEXT: // TODO: third
// CHECK-NEXT: return /* inside */ state.seen > LIMIT;
// CHECK-NEXT: /* last */
// CHECK-NEXT: } /* closes */
// CHECK: /* Of the licence. */
// CHECK-NEXT: char _license[] SEC("license") = "GPL";
// CHECK-NOT: {{.*(unused|thought|section of|Far away|The end).*}}
