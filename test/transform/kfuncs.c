/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * kfuncs - a kfunc of another name, declared by the project; and one that the hook lacks
 *
 * RUN: %rewritten -u %s --to=tc --function=known -- %bpfcc | %FileCheck %s
 * RUN: %refused %s --to=tc --function=lacking -- %bpfcc | %FileCheck %s --check-prefix=LACKING
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, __u32 offset, void *buffer,
			      __u32 size) __ksym;
extern int bpf_xdp_flow_lookup(struct xdp_md *ctx) __ksym;
extern int bpf_unheard_of(struct xdp_md *ctx) __ksym;

SEC("xdp")
int known(struct xdp_md *ctx)
{
	struct bpf_dynptr ptr;
	__u8 buffer[14], *eth;

	if (bpf_dynptr_from_xdp(ctx, 0, &ptr))
		return XDP_DROP;
	eth = bpf_dynptr_slice(&ptr, 0, buffer, sizeof(buffer));
	return eth && eth[12] == 8 ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int lacking(struct xdp_md *ctx)
{
	return bpf_xdp_flow_lookup(ctx) ? XDP_PASS : bpf_unheard_of(ctx);
}

char _license[] SEC("license") = "GPL";

// CHECK: extern int bpf_dynptr_from_skb(struct __sk_buff *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;
// CHECK: if (bpf_dynptr_from_skb(ctx, 0, &ptr))
// CHECK: eth = bpf_dynptr_slice(&ptr, 0, buffer, sizeof(buffer));
//
// LACKING: kfuncs.c:[[#@LINE-9]]:9: error: call of 'bpf_xdp_flow_lookup' cannot be rewritten for hook 'tc': the flow table can be asked by XDP only [-Wopened-transform-rejected]
// LACKING: kfuncs.c:[[#@LINE-10]]:47: error: call of 'bpf_unheard_of' cannot be rewritten for hook 'tc': the helper table does not know it [-Wopened-transform-rejected]
