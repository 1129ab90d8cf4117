/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-live-vlan - VLAN tags beside the bytes, where tc has them and XDP has not
 *
 * DO is what becomes of tags. What the program sees of every frame goes into the map. Frames that
 * end in a tag or right behind it are on no wire: the kernel drops them when it takes the tag out.
 *
 * REQUIRES: bpf
 * RUN: %shims %s -DDO=0 --only=strip --only=type --only=order --only=wire --only=device --only=service --only=addresses -- --live --generate=300
 * RUN: %shims %s -DDO=0 -DOUT --only=type --only=order -- --live --generate=300
 * RUN: %shims %s -DDO=POP --only=next --only=present -- --live --generate=300
 * RUN: %shims %s '-DDO=POP + POP' --only=popped -- --live --generate=300
 * RUN: %shims %s '-DDO=PUSH(9)' --only=push -- --live --generate=300
 * RUN: %shims %s '-DDO=PUSH(9) + OUTER' --only=inner --only=grown -- --live --generate=300
 * RUN: %shims %s '-DDO=POP + PUSH(9)' --only=none -- --live --generate=300
 * RUN: %shims %s '-DDO=PUSH(9) + POP' --only=cleared -- --live --generate=300
 * RUN: %shims %s '-DDO=OUTER + PUSH(5) + POP' --only=known -- --live --generate=300
 * RUN: %shims %s '-DDO=bpf_skb_vlan_push(skb, 0, 9)' --only=kind -- --live --generate=300
 *
 * WRONG: strip: if (!OPN_VLAN || !opn_is_vlan(head[6])) => if (1)
 * WRONG: type: head[6] = skb->vlan_proto; => head[6] = 0x81;
 * WRONG: order: head[7] = OPN_NET16(skb->vlan_tci); => head[7] = skb->vlan_tci;
 * WRONG: wire: skb->grown - OPN_ETH_HLEN => skb->grown
 * WRONG: device: return skb->xdp->ingress_ifindex; => return skb->xdp->rx_queue_index;
 * WRONG: service: return protocol == OPN_NET16(OPN_ETH_P_8021Q) || => return protocol == OPN_NET16(OPN_ETH_P_8021Q) || 0 &&
 * WRONG: addresses: frame->half[7] = frame->half[5]; => ;
 * WRONG: popped: skb->grown -= OPN_VLAN_HLEN; => ;
 * WRONG: next: proto = skb->protocol; => return 0;
 * WRONG: present: skb->vlan_present = 0; => ;
 * WRONG: push: if (opn_skb_room(skb, skb->vlan_present ? OPN_VLAN_HLEN : 0, 1)) => if (1)
 * WRONG: inner: skb->protocol = skb->vlan_proto; => ;
 * WRONG: grown: skb->grown += OPN_VLAN_HLEN; => ;
 * WRONG: known: if (!opn_is_vlan(proto)) => if (1)
 * WRONG: kind: if (!opn_is_vlan(proto)) => if (0)
 * WRONG: cleared: skb->vlan_proto = 0; => ;
 */
/* As on a device. */
#define OPN_VLAN 1
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#define POP	   bpf_skb_vlan_pop(skb)
#define PUSH(vlan) bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), vlan)
#define OUTER	   bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021AD), 77)

static __always_inline void look(struct __sk_buff *skb)
{
	result(skb->protocol);
	result(skb->vlan_present);
	result(skb->vlan_tci);
	result(skb->vlan_proto);
	result(LEN(skb));
	result(WIRE_LEN(skb));
	result(IFINDEX(skb));
	result(IIF(skb));
}

PROGRAM(vlan)
{
	unsigned char *data = DATA(skb), *ttl = data + ETH_HLEN + offsetof(struct iphdr, ttl);
	long error;

	if (data + ETH_HLEN <= DATA_END(skb) && data[0] & 1)
		result(skb->pkt_type);
	look(skb);
	if (LEN(skb) < 60)
		return TC_ACT_UNSPEC;
	if (skb->protocol == bpf_htons(ETH_P_IP) && ttl + 1 <= DATA_END(skb))
		*ttl = 7;
	error = DO;
	result(error);
	look(skb);
	if (error || skb->vlan_tci == 5)
		return TC_ACT_SHOT;
#ifdef OUT
	return bpf_redirect(3, 0);
#endif
	return TC_ACT_UNSPEC;
}
