/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tables - hook tables of one's own that are wrong: the place, and nothing is written
 *
 * RUN: rm -rf %t && mkdir %t && cp %s %t/in.c && cd %t
 * RUN: for name in broken unknown missing value; do cp -r %root/hookdefs $name; done
 * RUN: printf '\n: [' >> broken/xdp.yaml && %status 2 %opened-extract --hookdefs=broken --all -o out in.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=BROKEN
 * RUN: printf '\nverdict-s: 1\n' >> unknown/xdp.yaml && %status 2 %opened-extract --hookdefs=unknown --all -o out in.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=UNKNOWN
 * RUN: echo '{}' > missing/xdp.yaml && %status 2 %opened-extract --hookdefs=missing --all -o out in.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=MISSING
 * RUN: %not ls out
 */

__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return 2;
}

// BROKEN: broken/xdp.yaml:{{[0-9]+}}:{{[0-9]+}}: error: {{.+}} [-Wopened-yaml-invalid]
// UNKNOWN: unknown/xdp.yaml:{{[0-9]+}}:1: error: unknown key 'verdict-s'{{.*}} [-Wopened-key-unknown]
// MISSING: missing/xdp.yaml:{{[0-9]+}}:{{[0-9]+}}: error: key '{{.+}}' is missing [-Wopened-key-missing]
