/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * monolith.bpf.c - the first N stages in one program that parses once, fused by hand
 */
#include "balance.h"
#include "count.h"
#include "deny.h"
#include "limit.h"
#include "mark.h"
#include "ports.h"
#include "sample.h"
#include "sizes.h"

SEC("xdp")
int monolith(struct xdp_md *ctx)
{
	struct headers found;
	int verdict;

	if (!find_headers(ctx, &found))
		return XDP_PASS;
#if N > 0
	verdict = count(&found);
	if (verdict != XDP_PASS)
		return verdict;
#endif
#if N > 1
	verdict = deny(&found);
	if (verdict != XDP_PASS)
		return verdict;
#endif
#if N > 2
	verdict = limit(&found);
	if (verdict != XDP_PASS)
		return verdict;
#endif
#if N > 3
	verdict = balance(&found);
	if (verdict != XDP_PASS)
		return verdict;
#endif
#if N > 4
	verdict = sample(&found);
	if (verdict != XDP_PASS)
		return verdict;
#endif
#if N > 5
	verdict = ports(&found);
	if (verdict != XDP_PASS)
		return verdict;
#endif
#if N > 6
	verdict = mark(&found);
	if (verdict != XDP_PASS)
		return verdict;
#endif
#if N > 7
	verdict = sizes(&found);
	if (verdict != XDP_PASS)
		return verdict;
#endif
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
