/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * rows-tc-to-xdp-refuse - every row of the pair that says no says why, and what could be done
 *
 * RUN: %refused %s --to=xdp -- %bpfcc | %FileCheck %s
 */

#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct bpf_fou_encap;
struct bpf_xfrm_info;
struct bpf_tcp_req_attrs;

extern int bpf_sk_assign_tcp_reqsk(struct __sk_buff *skb, void *sk, struct bpf_tcp_req_attrs *attrs,
				   int size) __ksym;
extern int bpf_skb_get_fou_encap(struct __sk_buff *skb, struct bpf_fou_encap *encap) __ksym;
extern int bpf_skb_set_fou_encap(struct __sk_buff *skb, struct bpf_fou_encap *encap, int type) __ksym;
extern int bpf_skb_get_xfrm_info(struct __sk_buff *skb, struct bpf_xfrm_info *info) __ksym;
extern int bpf_skb_set_xfrm_info(struct __sk_buff *skb, const struct bpf_xfrm_info *info) __ksym;
extern void bpf_throw(__u64 cookie) __ksym;
extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} storage SEC(".maps");

static __u64 word;
static void *bytes = &word;

SEC("tc")
int calls(struct __sk_buff *skb)
{
	struct bpf_sock *sk = 0;

	bpf_redirect(3, BPF_F_INGRESS);
	bpf_redirect_peer(3, 0);
	bpf_clone_redirect(skb, 3, 0);
	bpf_throw(0);
	bpf_cast_to_kern_ctx(skb);
	bpf_sk_assign(skb, sk, 0);
	bpf_sk_assign_tcp_reqsk(skb, sk, 0, 0);
	bpf_sk_fullsock(sk);
	bpf_tcp_sock(sk);
	bpf_get_listener_sock(sk);
	bpf_sk_storage_get(&storage, sk, 0, 0);
	bpf_sk_storage_delete(&storage, sk);
	bpf_get_socket_cookie(skb);
	bpf_get_socket_uid(skb);
	bpf_get_netns_cookie(skb);
	bpf_skb_under_cgroup(skb, bytes, 0);
	bpf_skb_cgroup_id(skb);
	bpf_skb_ancestor_cgroup_id(skb, 0);
	bpf_skb_cgroup_classid(skb);
	bpf_get_cgroup_classid(skb);
	bpf_skb_set_tstamp(skb, 0, 0);
	bpf_skb_get_tunnel_key(skb, bytes, 8, 0);
	bpf_skb_set_tunnel_key(skb, bytes, 8, 0);
	bpf_skb_get_tunnel_opt(skb, bytes, 8);
	bpf_skb_set_tunnel_opt(skb, bytes, 8);
	bpf_skb_get_fou_encap(skb, bytes);
	bpf_skb_set_fou_encap(skb, bytes, 0);
	bpf_skb_get_xfrm_state(skb, 0, bytes, 8, 0);
	bpf_skb_get_xfrm_info(skb, bytes);
	bpf_skb_set_xfrm_info(skb, bytes);
	return TC_ACT_OK;
}

SEC("tc")
int fields(struct __sk_buff *skb)
{
	word += skb->sk ? 1 : 0;
	word += skb->family;
	word += skb->remote_ip4;
	word += skb->remote_ip6[0];
	word += skb->remote_port;
	word += skb->local_ip4;
	word += skb->local_ip6[0];
	word += skb->local_port;
	word += skb->flow_keys ? 1 : 0;
	return TC_ACT_OK;
}

SEC("tcx/egress")
int out(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

SEC("netkit/primary")
int outside(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

SEC("netkit/peer")
int inside(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";

// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-68]]:18: error: call of 'bpf_redirect' cannot be rewritten for hook 'xdp': BPF_F_INGRESS hands the packet to another device's receive path, which XDP cannot [-Wopened-transform-rejected]
// CHECK: note: keep the redirect in a tc program, and hand it the target in XDP's metadata
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-69]]:2: error: call of 'bpf_redirect_peer' cannot be rewritten for hook 'xdp': it puts a packet into the other network namespace's receive path, which XDP cannot [-Wopened-transform-rejected]
// CHECK: note: bpf_redirect() to this side of the pair
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-70]]:2: error: call of 'bpf_clone_redirect' cannot be rewritten for hook 'xdp': XDP cannot copy a packet [-Wopened-transform-rejected]
// CHECK: note: a device map with BPF_F_BROADCAST sends to all of its devices
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-71]]:2: error: call of 'bpf_throw' cannot be rewritten for hook 'xdp': an exception leaves the program at once, with a verdict of the hook that it was written for [-Wopened-transform-rejected]
// CHECK: note: return the verdict instead
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-72]]:2: error: call of 'bpf_cast_to_kern_ctx' cannot be rewritten for hook 'xdp': the kernel's own context is another structure there [-Wopened-transform-rejected]
// CHECK: note: read the fields of the program's context
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-73]]:2: error: call of 'bpf_sk_assign' cannot be rewritten for hook 'xdp': sockets are assigned to an sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: keep the assignment in a tc program, or use an sk_lookup program
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-74]]:2: error: call of 'bpf_sk_assign_tcp_reqsk' cannot be rewritten for hook 'xdp': sockets are assigned to an sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: keep the assignment in a tc program, or use an sk_lookup program
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-75]]:2: error: call of 'bpf_sk_fullsock' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-76]]:2: error: call of 'bpf_tcp_sock' cannot be rewritten for hook 'xdp': XDP programs may look sockets up, and not into them [-Wopened-transform-rejected]
// CHECK: note: keep it at tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-77]]:2: error: call of 'bpf_get_listener_sock' cannot be rewritten for hook 'xdp': XDP programs may look sockets up, and not into them [-Wopened-transform-rejected]
// CHECK: note: keep it at tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-78]]:2: error: call of 'bpf_sk_storage_get' cannot be rewritten for hook 'xdp': XDP programs may not use storage of sockets [-Wopened-transform-rejected]
// CHECK: note: a hash map by the connection's addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-80]]:22: error: map 'storage' cannot be rewritten for hook 'xdp': XDP programs may not use storage of sockets [-Wopened-transform-rejected]
// CHECK: note: a hash map by the connection's addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-81]]:2: error: call of 'bpf_sk_storage_delete' cannot be rewritten for hook 'xdp': XDP programs may not use storage of sockets [-Wopened-transform-rejected]
// CHECK: note: a hash map by the connection's addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-83]]:25: error: map 'storage' cannot be rewritten for hook 'xdp': XDP programs may not use storage of sockets [-Wopened-transform-rejected]
// CHECK: note: a hash map by the connection's addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-84]]:2: error: call of 'bpf_get_socket_cookie' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-85]]:2: error: call of 'bpf_get_socket_uid' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-86]]:2: error: call of 'bpf_get_netns_cookie' cannot be rewritten for hook 'xdp': XDP programs are not told their network namespace [-Wopened-transform-rejected]
// CHECK: note: it does not change: put it into a variable when the program is loaded
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-87]]:2: error: call of 'bpf_skb_under_cgroup' cannot be rewritten for hook 'xdp': a packet has a control group by its socket, and sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc, or use a cgroup_skb program
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-88]]:2: error: call of 'bpf_skb_cgroup_id' cannot be rewritten for hook 'xdp': a packet has a control group by its socket, and sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc, or use a cgroup_skb program
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-89]]:2: error: call of 'bpf_skb_ancestor_cgroup_id' cannot be rewritten for hook 'xdp': a packet has a control group by its socket, and sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc, or use a cgroup_skb program
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-90]]:2: error: call of 'bpf_skb_cgroup_classid' cannot be rewritten for hook 'xdp': a packet has a control group by its socket, and sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc, or use a cgroup_skb program
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-91]]:2: error: call of 'bpf_get_cgroup_classid' cannot be rewritten for hook 'xdp': a packet has a control group by its socket, and sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc, or use a cgroup_skb program
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-92]]:2: error: call of 'bpf_skb_set_tstamp' cannot be rewritten for hook 'xdp': the time of delivery is in the sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc, where it is before a queueing discipline
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-93]]:2: error: call of 'bpf_skb_get_tunnel_key' cannot be rewritten for hook 'xdp': tunnel devices hang metadata on the sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: attach to the device below and read the tunnel's header, or keep it at tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-94]]:2: error: call of 'bpf_skb_set_tunnel_key' cannot be rewritten for hook 'xdp': tunnel devices hang metadata on the sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: attach to the device below and read the tunnel's header, or keep it at tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-95]]:2: error: call of 'bpf_skb_get_tunnel_opt' cannot be rewritten for hook 'xdp': tunnel devices hang metadata on the sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: attach to the device below and read the tunnel's header, or keep it at tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-96]]:2: error: call of 'bpf_skb_set_tunnel_opt' cannot be rewritten for hook 'xdp': tunnel devices hang metadata on the sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: attach to the device below and read the tunnel's header, or keep it at tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-97]]:2: error: call of 'bpf_skb_get_fou_encap' cannot be rewritten for hook 'xdp': tunnel devices hang metadata on the sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: attach to the device below and read the tunnel's header, or keep it at tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-98]]:2: error: call of 'bpf_skb_set_fou_encap' cannot be rewritten for hook 'xdp': tunnel devices hang metadata on the sk_buff, and there is none at XDP [-Wopened-transform-rejected]
// CHECK: note: attach to the device below and read the tunnel's header, or keep it at tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-99]]:2: error: call of 'bpf_skb_get_xfrm_state' cannot be rewritten for hook 'xdp': packets have been through IPsec only after XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc; bpf_xdp_get_xfrm_state() looks a state up
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-100]]:2: error: call of 'bpf_skb_get_xfrm_info' cannot be rewritten for hook 'xdp': packets have been through IPsec only after XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc; bpf_xdp_get_xfrm_state() looks a state up
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-101]]:2: error: call of 'bpf_skb_set_xfrm_info' cannot be rewritten for hook 'xdp': packets have been through IPsec only after XDP [-Wopened-transform-rejected]
// CHECK: note: keep it at tc; bpf_xdp_get_xfrm_state() looks a state up
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-96]]:15: error: field 'sk' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-97]]:15: error: field 'family' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-98]]:15: error: field 'remote_ip4' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-99]]:15: error: field 'remote_ip6' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-100]]:15: error: field 'remote_port' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-101]]:15: error: field 'local_ip4' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-102]]:15: error: field 'local_ip6' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-103]]:15: error: field 'local_port' cannot be rewritten for hook 'xdp': sockets are looked for after XDP [-Wopened-transform-rejected]
// CHECK: note: bpf_sk_lookup_tcp() and bpf_sk_lookup_udp() find one by its addresses
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-104]]:15: error: field 'flow_keys' cannot be rewritten for hook 'xdp': only a flow dissector program has it [-Wopened-transform-rejected]
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-101]]:1: error: section 'tcx/egress' cannot be rewritten for hook 'xdp': XDP sees packets that come in, and these go out [-Wopened-transform-rejected]
// CHECK: note: keep it at tc; what comes from another device can be seen by that device's XDP program, or by the program of a device map's entry
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-97]]:1: error: section 'netkit/primary' cannot be rewritten for hook 'xdp': a netkit device has no XDP: its programs are in the device's transmit function [-Wopened-transform-rejected]
// CHECK: note: keep it at netkit, which takes programs of tc
// CHECK: rows-tc-to-xdp-refuse.c:[[#@LINE-93]]:1: error: section 'netkit/peer' cannot be rewritten for hook 'xdp': a netkit device has no XDP: its programs are in the device's transmit function [-Wopened-transform-rejected]
// CHECK: note: keep it at netkit, which takes programs of tc
// CHECK: 44 errors generated.
