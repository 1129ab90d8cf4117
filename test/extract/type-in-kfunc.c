/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * type-in-kfunc - the kernel checks a kfunc's prototype by BTF: no forward types
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct xfrm_opts {
	__s32 error;
	__u32 netns_id;
};

struct xfrm_state {
	__u32 id;
} __attribute__((preserve_access_index));

extern struct xfrm_state *bpf_xdp_get_xfrm_state(struct xdp_md *ctx, struct xfrm_opts *opts,
						 __u32 size) __attribute__((section(".ksyms")));
extern void bpf_xdp_xfrm_state_release(struct xfrm_state *x) __attribute__((section(".ksyms")));

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return bpf_xdp_get_xfrm_state(ctx, 0, 8) ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";

// CHECK: struct xfrm_opts {
// CHECK-NEXT: __s32 error;
// CHECK-NEXT: __u32 netns_id;
// CHECK: struct xfrm_state {
// CHECK-NEXT: __u32 id;
// CHECK-NEXT: } __attribute__((preserve_access_index));
// CHECK: extern struct xfrm_state *bpf_xdp_get_xfrm_state(struct xdp_md *ctx, struct xfrm_opts *opts,
// CHECK-NEXT: __u32 size) __attribute__((section(".ksyms")));
// CHECK-NOT: release
// CHECK: int prog(
