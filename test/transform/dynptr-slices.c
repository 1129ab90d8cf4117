/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * dynptr-slices - slices of the packet, which a store through the dynptr makes invalid at tc only
 *
 * RUN: %refused %s --to=tc --function=writes -- %bpfcc | %FileCheck %s
 * RUN: %rewritten %s --to=tc --function=reads -- %bpfcc | %FileCheck %s --check-prefix=READS
 * RUN: rm -rf %t && mkdir %t && cp %s %t/first.c && cd %t
 * RUN: %opened-transform -q --to=tc --function=reads -o there first.c -- %bpfcc
 * RUN: %opened-transform -q --to=xdp --function=reads -o back there/first.c -- %bpfcc
 * RUN: cmp first.c back/there/first.c
 * RUN: %rewritten -w "call of 'bpf_dynptr_slice' loses" -w "call of 'bpf_dynptr_slice_rdwr' loses" %s --to=tc --function=writes --accept=bpf_dynptr_slice --accept=bpf_dynptr_slice_rdwr -- %bpfcc | %FileCheck %s --check-prefix=ACCEPTED
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int bpf_dynptr_from_xdp(struct xdp_md *ctx, __u64 flags, struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, __u32 offset, void *buffer,
			      __u32 size) __ksym;
extern void *bpf_dynptr_slice_rdwr(const struct bpf_dynptr *ptr, __u32 offset, void *buffer,
				   __u32 size) __ksym;

SEC("xdp")
int reads(struct xdp_md *ctx)
{
	struct bpf_dynptr ptr;
	__u8 room[14], *seen;

	if (bpf_dynptr_from_xdp(ctx, 0, &ptr))
		return XDP_PASS;
	seen = bpf_dynptr_slice(&ptr, 0, room, sizeof(room));
	return seen && seen[0] & 1 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int writes(struct xdp_md *ctx)
{
	struct bpf_dynptr ptr;
	__u8 room[14], byte = 1, *made, *seen;

	if (bpf_dynptr_from_xdp(ctx, 0, &ptr))
		return XDP_PASS;
	made = bpf_dynptr_slice_rdwr(&ptr, 0, room, sizeof(room));
	if (made)
		made[0] = 2;
	bpf_dynptr_write(&ptr, 1, &byte, 1, 0);
	seen = bpf_dynptr_slice(&ptr, 0, room, sizeof(room));
	return seen && seen[1] == 1 && seen[13] ? XDP_TX : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: dynptr-slices.c:[[#@LINE-10]]:9: error: call of 'bpf_dynptr_slice_rdwr' loses something at hook 'tc': a slice that was got before a bpf_dynptr_write() is invalid behind it, and the program would not load [-Wopened-transform-lossy]
// CHECK: note: get every slice anew behind a write
// CHECK: note: --accept=bpf_dynptr_slice_rdwr takes the loss
// CHECK: dynptr-slices.c:[[#@LINE-9]]:9: error: call of 'bpf_dynptr_slice' loses something at hook 'tc': a slice that was got before a bpf_dynptr_write() is invalid behind it, and the program would not load [-Wopened-transform-lossy]
// CHECK: 2 errors generated.
//
// READS: seen = bpf_dynptr_slice(&ptr, 0, room, sizeof(room));
//
// ACCEPTED: made = bpf_dynptr_slice_rdwr(&ptr, 0, room, sizeof(room));
