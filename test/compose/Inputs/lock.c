// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define private(name) SEC(".bss." #name) __attribute__((aligned(8)))

private(A) struct {
	struct bpf_spin_lock lock[1];
} locked;
private(A) __u64 guarded;

SEC("xdp")
int guards(struct xdp_md *ctx)
{
	bpf_spin_lock(&locked.lock[0]);
	guarded++;
	bpf_spin_unlock(&locked.lock[0]);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
