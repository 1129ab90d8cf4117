/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-adjust-head - a packet's start moved once or twice
 *
 * What a packet grows by is overwritten, as every program does: XDP shows what lay in the headroom.
 * Ends of loops that are there for the verifier are not reached.
 *
 * REQUIRES: bpf
 * RUN: %shims %s --unreached=4
 * RUN: %shims %s --unreached=4 -o OPN_FIDELITY=0 --only=none
 * RUN: %shims %s --unreached=4 -o OPN_FIDELITY=2 --only=none
 * WRONG: sign: OPN_ETH_LENGTH + (unsigned int)delta => OPN_ETH_LENGTH - delta
 * WRONG: header-not-moved: opn_h_store_bytes(skb, size, header, sizeof(header), 0) => 0
 * WRONG: header-not-kept: opn_h_store_bytes(skb, 0, header, length, 0) => 0
 * WRONG: headroom: #define OPN_XDP_HEADROOM 216 => #define OPN_XDP_HEADROOM 199
 * WRONG: headroom-not-counted: room += delta; => room += 0;
 * WRONG: network-header: *behind += size; => *behind += 0;
 * WRONG: slide-stands: slide->from += sizeof(chunk); => slide->from += 0;
 * WRONG: slide-leaves-the-rest: last < OPN_SLIDE_BYTES => last > 16 && last < OPN_SLIDE_BYTES
 * WRONG: room-of-both: return OPN_SKB(skb)->cb[3] & 0xffff; => return OPN_SKB(skb)->cb[3];
 * WRONG: behind-lost: return OPN_SKB(skb)->cb[3] >> 16; => return 0;
 * WRONG: wrong-header: load_bytes(skb, size, header, length) => load_bytes(skb, 0, header, length)
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

static const short deltas[32] = { -216, -217, -200, -100, -54, -50, -48, -44, -40, -36, -28,
				  -24,	-20,  -18,  -14,  -8,  -4,  -1,	 1,   4,   8,	14,
				  18,	20,   28,   40,	  54,  60,  64,	 100, 300, 4200 };

static __always_inline int move(struct xdp_md *ctx, int delta)
{
	unsigned char *data;

	if (bpf_xdp_adjust_head(ctx, delta))
		return -1;
	data = DATA(ctx);
	for (int i = 0; i < 256; i++) {
		if (i >= -delta || data + i + 1 > DATA_END(ctx))
			break;
		data[i] = i;
	}
	return 0;
}

PROGRAM(head)
{
	unsigned char *data = DATA(ctx);
	int first, second;

	if (data + LEAST > DATA_END(ctx))
		return XDP_DROP;
	first = deltas[data[3] & 31];
	second = data[4] & 32 ? 0 : deltas[data[4] & 31];
	if (move(ctx, first))
		return XDP_TX;
	/* What was put in front may go again, but not with what is behind the network header's
	 * place then. */
	if (first < 0 && second > 0 && (int)bpf_xdp_get_buff_len(ctx) - second < ETH_HLEN - first)
		second = 0;
	if (second && move(ctx, second))
		return XDP_TX;
	return XDP_PASS;
}
