/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * type-forward - forward declarations, typedefs of them, and records that contain each other
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct node;
struct stranger;
typedef struct node node_t;
typedef int (*visit_t)(struct node *node, struct xdp_md *ctx);

struct list {
	node_t *head;
	struct stranger *stranger;
	visit_t visit;
};

struct node {
	struct list *list;
	node_t *next;
	__u32 value;
};

static struct list all;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return all.head ? all.head->value : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: typedef struct node node_t;
// CHECK: struct list {
// CHECK-NEXT: node_t *head;
// CHECK: struct node {
// CHECK-NEXT: struct list *list;
// CHECK: static struct list all;
