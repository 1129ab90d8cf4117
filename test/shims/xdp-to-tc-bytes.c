/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-bytes - bytes loaded and stored anywhere, with pointers from before in use after a
 * store
 *
 * REQUIRES: bpf
 * RUN: %shims %s
 * RUN: %shims %s -D HELPED -o OPN_LINEAR=1 --only=none
 * RUN: %shims %s -D HELPED -o OPN_LINEAR=0 --only=none
 * WRONG: error: OPN_SKB(skb)->len ? -OPN_EINVAL => OPN_SKB(skb)->len ? -OPN_EFAULT
 * WRONG: far: offset > 0xffff || length > 0xffff => length > 0xffff
 * WRONG: at-the-start: (long)OPN_SKB(skb)->data + place => (long)OPN_SKB(skb)->data
 * WRONG: helped-at-the-start: opn_h_store_bytes(skb, offset, from => opn_h_store_bytes(skb, 0, from
 * WRONG: not-there: opn_h_load_bytes(skb, offset, to => opn_h_load_bytes(skb, 0, to
 * WRONG: cleared: return error ? error : opn_h_load_bytes => return opn_h_load_bytes
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, int);
	__type(value, int);
} errors SEC(".maps");

static void count(long error)
{
	int key = error, one = 1;
	int *value = bpf_map_lookup_elem(&errors, &key);

	if (value)
		*value += 1;
	else
		bpf_map_update_elem(&errors, &key, &one, BPF_ANY);
}

PROGRAM(bytes)
{
	unsigned char *data = DATA(ctx), *end = DATA_END(ctx),
		      buffer[32] = "not overwritten by a failure";
	unsigned int offset, length;
	long error;

	if (data + LEAST > end)
		return XDP_DROP;
	offset = data[2] | data[3] << 8 | (data[4] & 1) << 16;
	if (data[4] & 2)
		offset &= 127;
	length = data[5] % sizeof(buffer) + 1;
	error = bpf_xdp_load_bytes(ctx, offset, buffer, length);
	count(error);
	buffer[7] ^= data[4];
	error = bpf_xdp_store_bytes(ctx, (offset >> 3) & 0x1fff, buffer, 20);
	count(error * 10);
#ifndef HELPED
	data[1] = 0x55;
#endif
	if (error)
		return XDP_TX;
	error = bpf_xdp_store_bytes(ctx, offset + 3, buffer, length);
	count(error * 100);
	return XDP_PASS;
}
