/* Copyright (C) 2018-present, Example, Inc.
 *
 * This program is free software; you can redistribute it and/or modify
 * it under the terms of the GNU General Public License as published by
 * the Free Software Foundation; version 2 of the License.
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */
// Copyright (c) 2020 Somebody Else

/*
 * The words of the file head that say its terms are kept, whole, once for equal heads.
 *
 * RUN: %unit prog %s -- %bpfcc | %FileCheck %s --match-full-lines
 */

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int prog(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";

// CHECK: /* Copyright (C) 2018-present, Example, Inc.
// CHECK-NEXT: *
// CHECK-NEXT: * This program is free software; you can redistribute it and/or modify
// CHECK-NEXT: * it under the terms of the GNU General Public License as published by
// CHECK-NEXT: * the Free Software Foundation; version 2 of the License.
// CHECK-NEXT: *
// CHECK-NEXT: * SPDX-License-Identifier: GPL-2.0-only
// CHECK-NEXT: */
// CHECK-NEXT: // Copyright (c) 2020 Somebody Else
// CHECK-NEXT: /* Extracted by opened-extract {{.*}} from licence-text.c: prog
// CHECK-NOT: {{.*}}file head{{.*}}
