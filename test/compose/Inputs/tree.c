/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A tree of the program's own, whose nodes the kernel finds by their type's name. The kernel's headers
 * know trees since 6.3: here are others of their shape. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct tree_node {
	__u64 words[4];
};

struct node_data {
	long key;
	long extra;
	struct tree_node node;
};

static struct {
	__u64 words[2];
} root SEC(".bss.tree") __attribute__((btf_decl_tag("contains:node_data:node"), aligned(8)));

SEC("xdp")
int tree(struct xdp_md *ctx)
{
	return root.words[0] ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
