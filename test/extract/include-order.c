/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-order - a setting before a system header stays before it, an #undef behind it behind it
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#define BPF_NO_GLOBAL_DATA_UNUSED
#define __ASSEMBLY_UNUSED__
#include <linux/bpf.h>
#define __VMLINUX_H__
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#undef __VMLINUX_H__
#include <bpf/bpf_endian.h>
#include <linux/in.h>

#undef offsetof
#define offsetof(type, member) ((unsigned long)&((type *)0)->member)

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return bpf_htons(ctx->data) + offsetof(struct xdp_md, data_end);
}

char _license[] SEC("license") = "GPL";

// CHECK-NOT: UNUSED
// CHECK: #include <linux/bpf.h>
// CHECK-NEXT: #include <bpf/bpf_helpers.h>
// CHECK-NEXT: #include <bpf/bpf_endian.h>
// CHECK-NOT: #include
// CHECK: #undef offsetof
// CHECK-NEXT: #define offsetof(type, member)
