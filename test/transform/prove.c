/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * prove - --prove runs each program beside what it was made of; what is not shown is not written
 *
 * REQUIRES: bpf
 * RUN: rm -rf %t && mkdir %t && cd %t && cp %s prove.c
 * RUN: %status 0 %opened-transform --to=tc --prove -f drop -f other -o out prove.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=QUIET --allow-empty
 * RUN: %python -c "import json; p = json.load(open('out/prove.c.transform.json'))['proofs']; assert sorted(p) == ['drop', 'other'] and all(r['verdict'] == 'equivalent' for r in p.values())"
 * RUN: %schema-check %root/hookdefs/schema/transform.schema.json out/prove.c.transform.json
 * RUN: %status 0 %opened-transform --to=tc --prove -v -f drop -o said prove.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=SAID
 *
 * RUN: %status 1 %opened-transform --to=tc --prove -o none prove.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=SHOWN
 * RUN: %not ls none
 *
 * A shim that is wrong.
 * RUN: cp -r %root/hookdefs wrong && sed -i 's/return opn_xdp_leave(ctx, \(.*\));/return opn_xdp_leave(ctx, \1) ? 0 : 2;/' wrong/xdp-to-tc.yaml
 * RUN: %status 1 %opened-transform --hookdefs=wrong --to=tc --prove -f drop -o none prove.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=WRONG
 * RUN: %not ls none
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 64 > (void *)(long)ctx->data_end ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int other(struct xdp_md *ctx)
{
	return (void *)(long)ctx->data + 80 > (void *)(long)ctx->data_end ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int nothing(struct xdp_md *ctx)
{
	return ctx->rx_queue_index == 77 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// QUIET-NOT: {{.}}
// SAID: equivalent on
// SHOWN: error: 'nothing' was not proved: inconclusive: {{.*}} [-Wopened-proof-inconclusive]
// SHOWN-NEXT: note: write it without --prove, and give opened-verify packets, cases or maps with which it does something else
// SHOWN: 1 error generated.
// WRONG: error: 'drop' differs from the original: different: {{.*}} [-Wopened-proof-differs]
