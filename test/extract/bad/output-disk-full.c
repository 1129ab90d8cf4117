/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * output-disk-full - a file system that runs full leaves what was there, and nothing else
 *
 * REQUIRES: root
 * RUN: rm -rf %t && mkdir -p %t/small && cp %s %t/in.c && cd %t
 * RUN: %opened-extract -q --all -o whole in.c -- %bpfcc
 * RUN: unshare --mount --propagation private sh -ec ' \
 * RUN:   mount -t tmpfs -o size=16k none small; \
 * RUN:   %status 0 %opened-extract -q -f prog -o small/prog.c in.c -- %bpfcc; \
 * RUN:   cp small/prog.c before; sed "s/return 2/return 1/" in.c > changed.c; \
 * RUN:   dd if=/dev/zero of=small/filler bs=1k count=64 2>/dev/null || :; \
 * RUN:   %status 1 %opened-extract -q -f prog -o small/prog.c changed.c -- %bpfcc; cmp before small/prog.c; \
 * RUN:   %status 1 %opened-extract -q --all -o small/dir in.c -- %bpfcc; \
 * RUN:   %status 1 %opened-extract -q -f prog --manifest=small/m.json in.c -- %bpfcc; \
 * RUN:   ls -A small > left' 2>&1 | %FileCheck %s
 * RUN: %FileCheck %s --check-prefix=LEFT --match-full-lines < left
 */

__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return 2;
}

char _license[] __attribute__((section("license"), used)) = "GPL";

// CHECK: error: cannot write 'small/prog.c': No space left on device [-Wopened-output-failed]
// CHECK: error: cannot write 'small/dir{{.*}}': No space left on device [-Wopened-output-failed]
// CHECK: error: cannot write 'small/m.json': No space left on device [-Wopened-output-failed]
//
// LEFT: filler
// LEFT-NEXT: prog.c
// LEFT-NOT: {{.+}}
