/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * calls-by-map-refuse - maps that the other hook cannot use, whose type is not known at the call, or
 * flags that only this hook takes
 *
 * RUN: %refused %s --to=tc -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAP(name, kind)                                                                            \
	struct {                                                                                   \
		__uint(type, kind);                                                                \
		__uint(max_entries, 8);                                                            \
		__type(key, __u32);                                                                \
		__type(value, __u32);                                                              \
	} name SEC(".maps")

MAP(ports, BPF_MAP_TYPE_DEVMAP);
MAP(cpus, BPF_MAP_TYPE_CPUMAP);
MAP(sockets, BPF_MAP_TYPE_XSKMAP);
MAP(plain, BPF_MAP_TYPE_ARRAY);

static __always_inline long handed(void *map)
{
	return bpf_redirect_map(map, 0, 0);
}

SEC("xdp")
int refuse(struct xdp_md *ctx)
{
	switch (ctx->rx_queue_index) {
	case 0:
		return bpf_redirect_map(&ports, 0, BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
	case 1:
		return bpf_redirect_map(&cpus, 0, 0);
	case 2:
		return bpf_redirect_map(&sockets, 0, 0);
	case 3:
		return bpf_redirect_map(&plain, 0, 0);
	case 4:
		return bpf_map_lookup_elem(&sockets, &(__u32){ 0 }) ? XDP_DROP : XDP_PASS;
	default:
		return handed(&ports);
	}
}

char _license[] SEC("license") = "GPL";

// CHECK-DAG: calls-by-map-refuse.c:[[#@LINE-16]]:38: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': BPF_F_BROADCAST sends to every device of the map when the program ends, and tc sends copies one by one while it runs [-Wopened-transform-rejected]
// CHECK-DAG: note: a loop over the map's slots: bpf_map_lookup_elem() and bpf_clone_redirect() for each, TC_ACT_STOLEN at the end
// CHECK-DAG: calls-by-map-refuse.c:[[#@LINE-16]]:10: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': tc has no stage that steers packets to CPUs
// CHECK-DAG: calls-by-map-refuse.c:[[#@LINE-15]]:10: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': AF_XDP sockets are fed by XDP only
// CHECK-DAG: calls-by-map-refuse.c:[[#@LINE-14]]:27: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': the tables do not say what it does with a map of type BPF_MAP_TYPE_ARRAY
// CHECK-DAG: calls-by-map-refuse.c:[[#@LINE-13]]:31: error: map 'sockets' cannot be rewritten for hook 'tc'
// CHECK-DAG: calls-by-map-refuse.c:[[#@LINE-30]]:26: error: call of 'bpf_redirect_map' cannot be rewritten for hook 'tc': it depends on the type of this map, which is not known here
// CHECK-DAG: note: name the map itself, as in '&map'
