/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-redirect-map - redirects through device maps, with and without something in the slot
 *
 * REQUIRES: bpf
 * RUN: %shims %s
 * WRONG: miss: return flags & action; => return OPN_XDP_ABORTED;
 * WRONG: flags: if (flags & ~action) => if (flags & ~0x7ULL)
 * WRONG: key: unsigned int index = key, => unsigned int index = key + 1,
 * WRONG: device: return opn_xdp_redirect(*ifindex, 0); => return opn_xdp_redirect(1, 0);
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} named SEC(".maps");

PROGRAM(redirect_map)
{
	unsigned char *data = DATA(ctx);

	if (data + LEAST > DATA_END(ctx))
		return XDP_DROP;
	if (data[2] & 1)
		return bpf_redirect_map(&ports, data[3] & 7, data[4] & 3);
	if (data[2] & 2)
		return bpf_redirect_map(&named, data[3] & 7, data[4] & 3);
	if (data[2] & 4)
		return bpf_redirect_map(&ports, data[3] & 7, (data[4] & 3) | 4);
	return bpf_redirect_map(&ports, data[3], XDP_PASS);
}
