/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * extern-kernel - kconfig values, ksyms and kfuncs are the kernel's: extern, in their sections, no warning
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern _Bool CONFIG_UNUSED __kconfig __weak;
extern _Bool CONFIG_BPF_JIT __kconfig __weak;

extern const void jiffies_unused __ksym;
extern const void bpf_prog_active __ksym;
extern const int bpf_cpu __ksym __weak;

extern void bpf_key_put(void *key) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash) __ksym __weak;

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	__u32 hash = 0;

	if (!CONFIG_BPF_JIT || (long)&bpf_prog_active == 1 || LINUX_KERNEL_VERSION < 1)
		return XDP_DROP;
	if (bpf_xdp_metadata_rx_hash)
		bpf_xdp_metadata_rx_hash(ctx, &hash);
	return &bpf_cpu ? (int)hash : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: extern int LINUX_KERNEL_VERSION __kconfig;
// CHECK-NOT: UNUSED
// CHECK: extern _Bool CONFIG_BPF_JIT __kconfig __weak;
// CHECK-NOT: unused
// CHECK: extern const void bpf_prog_active __ksym;
// CHECK: extern const int bpf_cpu __ksym __weak;
// CHECK-NOT: bpf_key_put
// CHECK: extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash) __ksym __weak;
