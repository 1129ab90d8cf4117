/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * attach - of the ways onto a device that the tables name, the first that the kernel takes is used,
 * and all of them lead to the same result
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.xdp.o
 * RUN: %clang %bpfcc -DTC -c %s -o %t.tc.o
 * RUN: rm -rf %t.tables && cp -r %root/hookdefs %t.tables
 * RUN: sed -i '/name: native/d' %t.tables/xdp.yaml
 * RUN: sed -i '/name: tcx/d' %t.tables/tc.yaml
 * RUN: %status 0 %live-with %t.tables %t.xdp.o %t.tc.o %frames | %FileCheck %s
 * RUN: %status 0 %live-with %t.tables --veth %t.xdp.o %t.tc.o %frames | %FileCheck %s
 *
 * CHECK: equivalent on 4 packets
 * CHECK: attached: the first program as generic, the second as cls_bpf
 *
 * A way that no kernel has is passed over; when none is left, that is said:
 *
 * RUN: sed -i 's#{name: cls_bpf[^}]*}#{name: tape, way: link, type: 9999}#' %t.tables/tc.yaml
 * RUN: %status 2 %live-with %t.tables %t.xdp.o %t.tc.o %frames 2>&1 \
 * RUN:   | %FileCheck %s --check-prefix=NONE
 * RUN: sed -i '/name: tape/a\    - {name: cls_bpf, way: filter}' %t.tables/tc.yaml
 * RUN: %status 0 %live-with %t.tables %t.xdp.o %t.tc.o %frames | %FileCheck %s
 *
 * NONE: error: cannot put 'choose' on a live device: Invalid argument [-Wopened-live-attach]
 * NONE-NEXT: note: tried as tape
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

static __always_inline int is_wanted(void *data, void *data_end)
{
	unsigned char *address = data;

	return (void *)(address + 6) <= data_end && address[5] == 9;
}

#ifdef TC
/* What says "ok" ends the chain of programs at tc; who observes is behind it nevertheless. */
SEC("tc")
int choose(struct __sk_buff *skb)
{
	return is_wanted((void *)(long)skb->data, (void *)(long)skb->data_end) ? TC_ACT_OK
									       : TC_ACT_SHOT;
}
#else
SEC("xdp")
int choose(struct xdp_md *ctx)
{
	return is_wanted((void *)(long)ctx->data, (void *)(long)ctx->data_end) ? XDP_PASS
									       : XDP_DROP;
}
#endif

char _license[] SEC("license") = "GPL";
