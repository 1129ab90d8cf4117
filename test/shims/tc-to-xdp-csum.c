/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tc-to-xdp-csum - a checksum replaced, with every size and flag
 *
 * KIND is the call's last argument. What is replaced by what are the packet's first bytes.
 *
 * REQUIRES: bpf
 * RUN: %shims %s -DL3 -DKIND=4 --only=fold --only=carry --only=size-4 --only=place --only=data --only=end
 * RUN: %shims %s -DL3 -DKIND=2 --only=size-2 --only=carry-2
 * RUN: %shims %s -DL3 -DKIND=0 --only=from
 * RUN: %shims %s -DL3 -DKIND=0 -DFROM=0 --only=diff
 * RUN: %shims %s -DL3 -DKIND=3 --only=none
 * RUN: %shims %s -DL3 -DKIND=0x14 --only=l3-flags
 * RUN: %shims %s -DKIND=4 --only=none
 * RUN: %shims %s -DKIND=2 --only=none
 * RUN: %shims %s -DL3 -DKIND=2 -DFROM=0xffff '-DTO=(word[1] >> 31)' --only=zero
 * RUN: %shims %s -DKIND=2 -DFROM=0xffff '-DTO=(word[1] >> 31)' --only=zero
 * RUN: %shims %s -DKIND=0 --only=none
 * RUN: %shims %s -DKIND=0x10 -DFROM=0 --only=none
 * RUN: %shims %s -DKIND=0x14 --only=pseudo
 * RUN: %shims %s -DKIND=0x24 --only=not-used
 * RUN: %shims %s -DKIND=0x62 --only=enforced
 * RUN: %shims %s -DKIND=0x34 '-DFROM=word[1]' --only=none
 * RUN: %shims %s -DKIND=0x104 --only=l4-flags
 * RUN: %shims %s -DKIND=8 --only=none
 * RUN: %shims %s -DKIND=4 -DAT=25 --only=odd
 * RUN: %shims %s -DKIND=4 -DAT=0x10000 --only=none
 *
 * Where the checksum is known only when the program runs:
 * RUN: %shims %s -DL3 -DKIND=4 '-DAT=word[2]' --only=late --only=odd
 * RUN: %shims %s -DKIND=0x14 '-DAT=word[2]' --only=none
 *
 * WRONG: fold: return ~sum; => return sum;
 * WRONG: carry: return wide + (wide >> 32); => return wide;
 * WRONG: carry-2: return wide + (wide >> 16); => return wide;
 * WRONG: size-4: opn_csum_add(~(unsigned int)sum, ~from) => opn_csum_add(~(unsigned int)sum, from)
 * WRONG: size-2: *sum = ~opn_csum16_add( => *sum = opn_csum16_add(
 * WRONG: from: if (from) => if (0)
 * WRONG: diff: opn_csum_add(to, ~(unsigned int)*sum) => opn_csum_add(to, *sum)
 * WRONG: place: return (opn_half *)(data + offset); => return (opn_half *)(data + offset - 2);
 * WRONG: data: return (unsigned char *)(long)skb->xdp->data; => return (unsigned char *)(long)skb->xdp->data + 2;
 * WRONG: end: return (unsigned char *)(long)skb->xdp->data_end; => return (unsigned char *)(long)skb->xdp->data;
 * WRONG: l3-flags: flags & ~(unsigned long long)OPN_CSUM_SIZE => 0
 * WRONG: zero: if (l4) => if (!l4)
 * WRONG: pseudo: OPN_CSUM_SIZE | OPN_CSUM_PSEUDO | => OPN_CSUM_SIZE |
 * WRONG: not-used: && !(flags & OPN_CSUM_ENFORCE) && !*sum => && 0
 * WRONG: enforced: && !(flags & OPN_CSUM_ENFORCE) && !*sum => && !*sum
 * WRONG: l4-flags: if (flags & ~allowed) => if (flags & ~allowed & 0xff)
 * WRONG: odd: if (offset > 0xffff || offset & 1) => if (offset > 0xffff)
 * WRONG: late: opn_h_xdp_store_bytes(skb->xdp, offset, &sum, sizeof(sum)) => (void)sum
 */
#include "tc-to-xdp-forms.h"
#ifdef OPN_AFTER
#include "tc-to-xdp.h"
#endif

#ifndef FROM
#define FROM word[0]
#endif
#ifndef TO
#define TO word[1]
#endif
#ifndef AT
#ifdef L3
#define AT (ETH_HLEN + 10)
#else
#define AT (ETH_HLEN + 20 + 6)
#endif
#endif
#ifdef L3
#define REPLACE bpf_l3_csum_replace
#else
#define REPLACE bpf_l4_csum_replace
#endif

PROGRAM(csum)
{
	unsigned char *data = DATA(skb);
	unsigned int word[3] = {};

	if (data + 20 <= DATA_END(skb)) {
		word[0] = *(unsigned int *)data;
		word[1] = *(unsigned int *)(data + 6);
		word[2] = data[17] + (data[16] & 3) * 0x8000;
	}
	result(REPLACE(skb, AT, FROM, TO, KIND));
	return TC_ACT_OK;
}
