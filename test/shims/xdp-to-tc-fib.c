/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * xdp-to-tc-fib - routes looked up, with a length to check and without
 *
 * REQUIRES: bpf
 * RUN: %shims %s --verify=%S/xdp-to-tc-fib.sh
 * WRONG: packet-checked: unchecked = !*tot_len => unchecked = 0
 * WRONG: length-left: if (unchecked && *tot_len == 1) => if (0)
 */
#include "xdp-to-tc-forms.h"
#ifdef OPN_AFTER
#include "xdp-to-tc.h"
#endif

#define ARGUMENTS 40
#define RESULTS	  60

PROGRAM(fib)
{
	struct bpf_fib_lookup params = {};
	unsigned char *data = DATA(ctx);
	long result;

	if (data + RESULTS + sizeof(result) + sizeof(params) > DATA_END(ctx))
		return XDP_DROP;
	params.family = data[ARGUMENTS];
	__builtin_memcpy(&params.tot_len, data + ARGUMENTS + 2, 2);
	__builtin_memcpy(&params.ipv6_dst, data + ARGUMENTS + 4, 16);
	params.ifindex = 1;
	result = bpf_fib_lookup(ctx, &params, sizeof(params), 0);
	__builtin_memcpy(data + RESULTS, &result, sizeof(result));
	__builtin_memcpy(data + RESULTS + sizeof(result), &params, sizeof(params));
	return XDP_PASS;
}
