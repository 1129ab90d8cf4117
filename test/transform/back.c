/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * back - a rewritten program returns as the text that it was, byte for byte; both ways
 *
 * RUN: rm -rf %t && mkdir %t && cd %t && cp %s back.c
 * RUN: %opened-transform --to=tc -o there back.c -- %bpfcc
 * RUN: %status 0 %opened-transform --to=xdp -o again there/back.c -- %bpfcc 2>&1 | count 0
 * RUN: cmp back.c again/there/back.c && %not ls again/there/xdp-to-tc.h && %not ls again/there/tc-to-xdp.h
 * RUN: %schema-check %root/hookdefs/schema/transform.schema.json again/there/back.c.transform.json
 * RUN: %opened-transform --to=xdp --explain there/back.c -- %bpfcc | %FileCheck %s --check-prefix=WHY
 * RUN: %opened-transform --check there/back.c -- %bpfcc | %FileCheck %s --check-prefix=CHECK
 *
 * What was written into a body since goes along; what only the other hook has is told.
 * RUN: sed -i 's/bytes += 1;/bytes += bpf_ktime_get_ns();/' there/back.c
 * RUN: %opened-transform --to=xdp -n there/back.c -- %bpfcc | %FileCheck %s --check-prefix=SINCE
 * RUN: sed 's/bytes += bpf_ktime_get_ns();/ctx->mark = 1; bpf_redirect(1, 1);/' there/back.c >there/more.c
 * RUN: %status 1 %opened-transform --to=xdp -n there/more.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=MORE
 *
 * Some of the programs: the others keep the shim.
 * RUN: %opened-transform --to=xdp -f frags -n there/back.c -- %bpfcc | %FileCheck %s --check-prefix=ONE
 *
 * An entry that was changed is no entry, and a header that was changed is no shim.
 * RUN: sed 's/return opn_xdp_leave(ctx, frags_xdp_body(ctx));/return opn_xdp_leave(ctx, frags_xdp_body(ctx) + 1);/' there/back.c >there/entry.c
 * RUN: %status 1 %opened-transform --to=xdp -n there/entry.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=ENTRY
 * RUN: echo '// changed' >>there/xdp-to-tc.h
 * RUN: %status 1 %opened-transform --to=xdp -n there/back.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=SHIM
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

#define LENGTH(ctx) ((ctx)->data_end - (ctx)->data)
#define PROGRAM SEC("xdp.frags")

static __always_inline int shorter(struct xdp_md *ctx)
{
	return bpf_xdp_adjust_tail(ctx, -4);
}

SEC("xdp")
int spread(struct xdp_md *ctx)
{
	__u32 bytes = LENGTH(ctx);

	bytes += 1;
	if (bytes > 300 && shorter(ctx))
		return XDP_ABORTED;
	if (ctx->ingress_ifindex == 77 || ctx->rx_queue_index == 3)
		return bpf_redirect_map(&ports, 1, XDP_DROP);
	return bytes > 200 ? XDP_DROP : XDP_PASS;
}

PROGRAM int frags(struct xdp_md *ctx)
{
	return bpf_xdp_get_buff_len(ctx) > 100 ? XDP_TX : XDP_PASS;
}

SEC("?xdp") __attribute__((noinline)) int behind(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data > 100 ? XDP_DROP : XDP_PASS;
}

__attribute__((section("xdp"), used)) int out(struct xdp_md *ctx)
{
	return ctx->data_end - ctx->data > 100 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// WHY: there/back.c:{{.*}}: call of 'opn_xdp_adjust_tail' [calls.opn_xdp_adjust_tail]
// CHECK: "verdict": "exact under conditions"
// SINCE: {{^}} 	bytes += bpf_ktime_get_ns();
// MORE: error: field 'mark' {{.*}}
// MORE: error: call of 'bpf_redirect'{{.*}}it means something else there
// ONE-NOT: -#include
// ONE: +PROGRAM int frags(struct xdp_md *ctx)
// ENTRY: error: program '{{.*}}some of the source's programs were rewritten from there, and some were not
// SHIM: warning: 'there/xdp-to-tc.h' is not the tables' shim header{{.*}}[-Wopened-transform-shim]
