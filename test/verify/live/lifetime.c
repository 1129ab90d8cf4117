/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * lifetime - programs, devices and namespaces are gone when a run is over, however it ends, and two
 * runs beside each other do not meet
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.o
 * RUN: %python %S/Inputs/lifetime.py killed 9 %live %t.o %t.o '--transfer=5001:x' %frames
 * RUN: %python %S/Inputs/lifetime.py killed 15 %live %t.o %t.o '--transfer=5001:x' %frames
 * RUN: %python %S/Inputs/lifetime.py killed 9 %live --veth %t.o %t.o '--transfer=5001:x' %frames
 * RUN: %python %S/Inputs/lifetime.py killed 0 %live %t.o %t.o '--transfer=5001:x' %frames
 * RUN: %python %S/Inputs/lifetime.py beside %live %t.o %t.o %frames \
 * RUN:   --and %live %t.o %t.o '--transfer=5001:x' '--transfer=5002:x' '--transfer=5003:x'
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

/* No connection comes about: a transfer waits for it in vain. */
SEC("xdp")
int refuse(struct xdp_md *ctx)
{
	unsigned char *address = (void *)(long)ctx->data;

	if ((void *)(address + 14) > (void *)(long)ctx->data_end)
		return XDP_DROP;
	return address[5] == 9 ? XDP_PASS : XDP_DROP;
}

char _license[] SEC("license") = "GPL";
