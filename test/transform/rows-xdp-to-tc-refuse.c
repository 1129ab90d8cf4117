/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rows-xdp-to-tc-refuse - every row of the pair that says no or loses something says why, and what
 * could be done
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct bpf_xfrm_state_opts;

extern void bpf_throw(__u64 cookie) __ksym;
extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash, __u32 *type) __ksym;
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym;
extern void *bpf_xdp_flow_lookup(struct xdp_md *ctx, void *tuple, void *opts, __u32 size) __ksym;
extern void *bpf_xdp_get_xfrm_state(struct xdp_md *ctx, struct bpf_xfrm_state_opts *opts,
				    __u32 size) __ksym;
extern void bpf_xdp_xfrm_state_release(void *state) __ksym;

#define MAP(name, kind)                                                                            \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__uint(max_entries, 8);                                                            \
		__type(key, __u32);                                                                \
		__type(value, __u32);                                                              \
	} name SEC(".maps")

MAP(ports, BPF_MAP_TYPE_DEVMAP);
MAP(hashed, BPF_MAP_TYPE_DEVMAP_HASH);
MAP(cpus, BPF_MAP_TYPE_CPUMAP);
MAP(sockets, BPF_MAP_TYPE_XSKMAP);

static __u64 word;

SEC("xdp")
int calls(struct xdp_md *ctx)
{
	__u32 number = 0, kind;

	word += ctx->egress_ifindex;
	bpf_xdp_adjust_meta(ctx, -4);
	bpf_check_mtu(ctx, 1, &number, 0, BPF_MTU_CHK_SEGS);
	bpf_throw(0);
	bpf_cast_to_kern_ctx(ctx);
	bpf_xdp_metadata_rx_hash(ctx, &number, &kind);
	bpf_xdp_metadata_rx_timestamp(ctx, &word);
	bpf_xdp_flow_lookup(ctx, &word, &word, 8);
	bpf_xdp_get_xfrm_state(ctx, 0, 8);
	bpf_xdp_xfrm_state_release(&word);
	bpf_redirect_map(&ports, 0, BPF_F_BROADCAST);
	bpf_redirect_map(&hashed, 0, BPF_F_BROADCAST);
	bpf_redirect_map(&cpus, 0, 0);
	return bpf_redirect_map(&sockets, 0, 0);
}

SEC("xdp/devmap")
int leaving(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp.frags/devmap")
int long_leaving(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp/cpumap")
int steered(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("xdp.frags/cpumap")
int long_steered(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-42]]:15: error: field 'egress_ifindex' cannot be rewritten for hook 'tc': it is there for programs of device maps only [-Wopened-transform-rejected]
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-42]]:2: error: call of 'bpf_xdp_adjust_meta' cannot be rewritten for hook 'tc': the metadata area can only be made by XDP [-Wopened-transform-rejected]
// CHECK: note: skb->cb[0] and skb->mark hand values on to the next program
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-43]]:36: error: call of 'bpf_check_mtu' cannot be rewritten for hook 'tc': XDP takes no flags, and tc does [-Wopened-transform-rejected]
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-43]]:2: error: call of 'bpf_throw' cannot be rewritten for hook 'tc': an exception leaves the program at once, with a verdict of the hook that it was written for [-Wopened-transform-rejected]
// CHECK: note: return the verdict instead
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-44]]:2: error: call of 'bpf_cast_to_kern_ctx' cannot be rewritten for hook 'tc': the kernel's own context is another structure there [-Wopened-transform-rejected]
// CHECK: note: read the fields of the program's context
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-45]]:2: error: call of 'bpf_xdp_metadata_rx_hash' cannot be rewritten for hook 'tc': skb->hash has no kind with it, and is not the device's where the kernel made it [-Wopened-transform-rejected]
// CHECK: note: read skb->hash by hand where the kind does not matter
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-46]]:2: error: call of 'bpf_xdp_metadata_rx_timestamp' loses something at hook 'tc': skb->hwtstamp is there only when the device was told to stamp every packet (SIOCSHWTSTAMP) [-Wopened-transform-lossy]
// CHECK: note: --accept=bpf_xdp_metadata_rx_timestamp takes the loss
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-47]]:2: error: call of 'bpf_xdp_flow_lookup' cannot be rewritten for hook 'tc': the flow table can be asked by XDP only [-Wopened-transform-rejected]
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-47]]:2: error: call of 'bpf_xdp_get_xfrm_state' cannot be rewritten for hook 'tc': IPsec states can be asked for by XDP only [-Wopened-transform-rejected]
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-47]]:2: error: call of 'bpf_xdp_xfrm_state_release' cannot be rewritten for hook 'tc': IPsec states can be asked for by XDP only [-Wopened-transform-rejected]
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-47]]:30: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': BPF_F_BROADCAST sends to every device of the map when the program ends, and tc sends copies one by one while it runs [-Wopened-transform-rejected]
// CHECK: note: a loop over the map's slots: bpf_map_lookup_elem() and bpf_clone_redirect() for each, TC_ACT_STOLEN at the end
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-48]]:31: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': BPF_F_BROADCAST sends to every device of the map, and no program can ask this one for its keys (kernel/bpf/devmap.c: it has no map_for_each_callback) [-Wopened-transform-rejected]
// CHECK: note: keep the keys in an array too, and bpf_clone_redirect() to each
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-49]]:2: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': tc has no stage that steers packets to CPUs [-Wopened-transform-rejected]
// CHECK: note: return XDP_PASS instead, and let RPS steer
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-51]]:20: error: map 'cpus' cannot be rewritten for hook 'tc': a program at tc may not use a CPU map at all (kernel/bpf/verifier.c: check_map_func_compatibility()) [-Wopened-transform-rejected]
// CHECK: note: RPS steers packets to CPUs before tc
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-52]]:9: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': AF_XDP sockets are fed by XDP only [-Wopened-transform-rejected]
// CHECK: note: keep this program at XDP
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-54]]:27: error: map 'sockets' cannot be rewritten for hook 'tc': AF_XDP sockets are fed by XDP only; the kernel would load the lookup at tc and never deliver [-Wopened-transform-rejected]
// CHECK: note: keep this program at XDP
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-53]]:1: error: section 'xdp/devmap' cannot be rewritten for hook 'tc': a program of a device map runs after the redirect, on the device that the packet leaves by [-Wopened-transform-rejected]
// CHECK: note: attach it to that device's tc egress by hand
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-49]]:1: error: section 'xdp.frags/devmap' cannot be rewritten for hook 'tc': a program of a device map runs after the redirect, on the device that the packet leaves by [-Wopened-transform-rejected]
// CHECK: note: attach it to that device's tc egress by hand
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-45]]:1: error: section 'xdp/cpumap' cannot be rewritten for hook 'tc': a program of a CPU map runs after the packet was steered to a CPU, for which tc has no stage [-Wopened-transform-rejected]
// CHECK: note: RPS (/sys/class/net/DEVICE/queues/rx-N/rps_cpus) steers packets before tc
// CHECK: rows-xdp-to-tc-refuse.c:[[#@LINE-41]]:1: error: section 'xdp.frags/cpumap' cannot be rewritten for hook 'tc': a program of a CPU map runs after the packet was steered to a CPU, for which tc has no stage [-Wopened-transform-rejected]
// CHECK: note: RPS (/sys/class/net/DEVICE/queues/rx-N/rps_cpus) steers packets before tc
// CHECK: 20 errors generated.
