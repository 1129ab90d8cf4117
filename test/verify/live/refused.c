/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * refused - what live runs need and do not have is named
 *
 * REQUIRES: bpf
 * RUN: %clang %bpfcc -c %s -o %t.o
 * RUN: %status 2 %live %t.o:at_cgroup %t.o:at_tc %frames 2>&1 | %FileCheck %s --check-prefix=HOOK
 * HOOK: error: programs at hook 'cgroup-skb' cannot be put on a live device [-Wopened-live-hook]
 *
 * RUN: %status 2 setpriv --bounding-set=-sys_admin %live %t.o:at_tc %t.o:at_tc %frames 2>&1 \
 * RUN:   | %FileCheck %s --check-prefix=RIGHTS
 * RIGHTS: error: not allowed to create a network namespace: it needs CAP_SYS_ADMIN
 * RIGHTS-SAME: [-Wopened-verify-not-allowed]
 *
 * RUN: %status 2 unshare --mount sh -c 'mount -t tmpfs none /dev/net && exec "$@"' sh \
 * RUN:   %live %t.o:at_tc %t.o:at_tc %frames 2>&1 | %FileCheck %s --check-prefix=TUN
 * TUN: error: cannot create a TAP device (/dev/net/tun) for a live run: No such file or directory
 * TUN-SAME: [-Wopened-live-unable]
 * TUN-NEXT: note: live runs need TAP or veth devices
 *
 * Nothing is shown by a program that does nothing, or by frames that no device takes:
 *
 * RUN: %status 1 %live %t.o:at_tc %t.o:at_tc %frames | %FileCheck %s --check-prefix=IDLE
 * IDLE: inconclusive: no frame fared otherwise than without a program, and no map changed
 * RUN: %status 1 %live %t.o:at_tc %t.o:at_tc --frame=0102 | %FileCheck %s --check-prefix=SHORT
 * SHORT: inconclusive: no frame could be sent into the device
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

SEC("tc")
int at_tc(struct __sk_buff *skb __attribute__((unused)))
{
	return TC_ACT_OK;
}

SEC("cgroup_skb/ingress")
int at_cgroup(struct __sk_buff *skb __attribute__((unused)))
{
	return 1;
}

char _license[] SEC("license") = "GPL";
