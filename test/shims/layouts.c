/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * layouts.c - the kernel's contexts as the shims know them lie as they do in linux/bpf.h
 *
 * RUN: %clang %bpfcc -I %root/hookdefs/shims -fsyntax-only -DSHIM='"xdp-to-tc.h"' %s
 * RUN: %clang %bpfcc -I %root/hookdefs/shims -fsyntax-only -DSHIM='"tc-to-xdp.h"' %s
 */
#include <linux/bpf.h>
#include <stddef.h>
#include SHIM

#define SAME(ours, theirs, member)                                                                 \
	_Static_assert(offsetof(struct ours, member) == offsetof(struct theirs, member) &&         \
			       sizeof(((struct ours *)0)->member) ==                               \
				       sizeof(((struct theirs *)0)->member),                       \
		       #member)

#ifdef OPN_XDP_TO_TC_H
SAME(opn_sk_buff, __sk_buff, len);
SAME(opn_sk_buff, __sk_buff, pkt_type);
SAME(opn_sk_buff, __sk_buff, mark);
SAME(opn_sk_buff, __sk_buff, queue_mapping);
SAME(opn_sk_buff, __sk_buff, protocol);
SAME(opn_sk_buff, __sk_buff, vlan_present);
SAME(opn_sk_buff, __sk_buff, vlan_tci);
SAME(opn_sk_buff, __sk_buff, vlan_proto);
SAME(opn_sk_buff, __sk_buff, ifindex);
SAME(opn_sk_buff, __sk_buff, cb);
SAME(opn_sk_buff, __sk_buff, data);
SAME(opn_sk_buff, __sk_buff, data_end);
SAME(opn_sk_buff, __sk_buff, gso_size);
#else
SAME(opn_xdp_md, xdp_md, data);
SAME(opn_xdp_md, xdp_md, data_end);
SAME(opn_xdp_md, xdp_md, data_meta);
SAME(opn_xdp_md, xdp_md, ingress_ifindex);
SAME(opn_xdp_md, xdp_md, rx_queue_index);
#endif
