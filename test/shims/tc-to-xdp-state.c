/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-state - what calls leave in the context, and what the context says of a packet
 *
 * REQUIRES: bpf
 * RUN: %shims %s -DPULL --only=pull --only=linear
 * RUN: %shims %s -DPULL -o OPN_FRAGS=1 --only=length
 * RUN: %shims %s -DLEVEL --only=query --only=up --only=down --only=most --only=updated
 * RUN: %shims %s -DROOM --only=room
 * RUN: %shims %s -DHASH --only=set --only=unset --only=stored --only=read --only=realm
 * RUN: %shims %s -DFLOW --unreached=3 --only=both-ways --only=mixed
 * RUN: %shims %s -DTYPE --only=type --only=types
 * RUN: %shims %s -DFIELDS --only=protocol --only=novell --only=least
 *
 * WRONG: pull: return len <= opn_skb_headlen(skb) => return len < opn_skb_headlen(skb)
 * WRONG: linear: return len; => return len - 1;
 * WRONG: length: OPN_FRAGS ? opn_h_xdp_get_buff_len => OPN_FRAGS ? 1 + opn_h_xdp_get_buff_len
 * WRONG: query: skb->csum_level < 0 ? -OPN_EACCES => skb->csum_level < 0 ? -OPN_EINVAL
 * WRONG: up: skb->csum_level++; => ;
 * WRONG: down: skb->csum_level--; => ;
 * WRONG: most: if (skb->csum_level < 3) => if (1)
 * WRONG: updated: (void)csum; => return 0;
 * WRONG: room: if (!(flags & OPN_ROOM_KEEP_CSUM)) => if (0)
 * WRONG: set: skb->hash = hash; => ;
 * WRONG: unset: skb->hash = 0; => ;
 * WRONG: stored: if (flags & OPN_INVALIDATE_HASH && !error) => if (0)
 * WRONG: read: if (skb->hashed) => if (0)
 * WRONG: realm: opn_get_route_realm(struct opn_skb *skb) => opn_get_route_realm(struct opn_skb *skb) { return 7; } OPN_INLINE unsigned int opn_old(struct opn_skb *skb)
 * WRONG: both-ways: opn_hash_mix(word[3]) + opn_hash_mix(word[4]) => opn_hash_mix(word[3]) + opn_hash_mix(word[4] + 1)
 * WRONG: mixed: word *= 0x7feb352d; => word = 0;
 * WRONG: type: skb->pkt_type = type; => ;
 * WRONG: types: || type > OPN_PACKET_OTHERHOST) => || type > OPN_PACKET_OTHERHOST + 1)
 * WRONG: protocol: if (OPN_NET16(type) >= OPN_ETH_P_802_3_MIN) => if (1)
 * WRONG: novell: (behind + 1u) >> 16 => 0
 * WRONG: least: OPN_ETH_P_802_3_MIN = 0x0600, => OPN_ETH_P_802_3_MIN = 0x0601,
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

PROGRAM(state)
{
	unsigned char *data = DATA(skb);
	unsigned int kind[4] = {};

	if (data + 20 <= DATA_END(skb)) {
		kind[0] = data[0];
		kind[1] = data[1];
		kind[2] = data[2];
		kind[3] = data[3];
	}
#ifdef PULL
	result(bpf_skb_pull_data(skb, (kind[1] & 12 ? LEN(skb) - 1 : kind[2]) + (kind[0] & 3)));
#endif
#ifdef LEVEL
	for (int i = 0; i < 8; i++) {
		result(bpf_csum_level(skb, kind[i & 3] & 7));
		result(bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY));
	}
	result(bpf_csum_update(skb, kind[0]));
#endif
#ifdef ROOM
	bpf_csum_level(skb, BPF_CSUM_LEVEL_INC);
	bpf_csum_level(skb, BPF_CSUM_LEVEL_INC);
	bpf_skb_adjust_room(skb, 8, BPF_ADJ_ROOM_MAC, BPF_F_ADJ_ROOM_NO_CSUM_RESET);
	result(bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY));
	bpf_skb_adjust_room(skb, -8, BPF_ADJ_ROOM_MAC, 0);
	result(bpf_csum_level(skb, BPF_CSUM_LEVEL_QUERY));
	result(kind[0]);
#endif
#ifdef HASH
	result(bpf_set_hash(skb, kind[0]));
	result(bpf_get_hash_recalc(skb));
	result(skb->hash);
	bpf_skb_store_bytes(skb, 2, &kind[1], 1, kind[1] & 3);
	result(skb->hash);
	bpf_set_hash(skb, kind[2]);
	if (kind[3] & 1)
		bpf_set_hash_invalid(skb);
	result(skb->hash);
	result(bpf_get_route_realm(skb));
#endif
#ifdef FLOW
	/* Both directions of a flow have one hash, and nearly all other flows have another; of a
	 * tunnel the kernel takes the inner addresses. */
	if (skb->protocol == bpf_htons(ETH_P_IP) && data + ETH_HLEN + 20 <= DATA_END(skb) &&
	    data[ETH_HLEN] == 0x45 && data[ETH_HLEN + 9] == IPPROTO_UDP) {
		unsigned int *address = (void *)data + ETH_HLEN + 12, from = address[0];
		unsigned int hash = bpf_get_hash_recalc(skb);

		address[0] = address[1];
		address[1] = from;
		bpf_set_hash_invalid(skb);
		result(hash == bpf_get_hash_recalc(skb));
		address[0] = ~address[0];
		bpf_set_hash_invalid(skb);
		result(hash == bpf_get_hash_recalc(skb));
	}
#endif
#ifdef TYPE
	if (!bpf_skb_change_type(skb, kind[0] & 7))
		result(skb->pkt_type);
	else
		result(-1);
#endif
#ifdef FIELDS
	result(skb->protocol);
	result(skb->vlan_present);
	result(skb->vlan_tci);
	result(skb->vlan_proto);
	result(skb->gso_segs + skb->gso_size + skb->tc_index + skb->tc_classid + skb->hash);
	skb->mark = kind[0];
	skb->priority = kind[1];
	skb->cb[0] = kind[0];
	skb->cb[1] = kind[1];
	skb->cb[2] = kind[2];
	skb->cb[3] = kind[3];
	skb->cb[4] = kind[0];
	result(skb->mark + skb->priority * 3);
	result(skb->cb[0] + skb->cb[1] * 3 + skb->cb[2] * 5 + skb->cb[3] * 7 + skb->cb[4] * 9);
#endif
	return kind[0] & 1 ? TC_ACT_OK : TC_ACT_UNSPEC;
}
