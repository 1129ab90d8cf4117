/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * entry-refused - where no entry can be made, the reason is given and nothing is written
 *
 * RUN: rm -rf %t && cd %S
 * RUN: %status 1 %opened-extract --entry=xdp -f with_function -o %t entry-refused.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=FUNCTION
 * RUN: %status 1 %opened-extract --entry=xdp -f with_opaque -o %t entry-refused.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=INCOMPLETE
 * RUN: %status 1 %opened-extract --entry=xdp -f with_opaque -o %t entry-refused.c -- %bpfcc -DNO_BPF_H 2>&1 | %FileCheck %s --check-prefix=CONTEXT
 * RUN: %status 2 %opened-extract --entry=xpd -f with_opaque -o %t entry-refused.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=HOOK
 * RUN: %not ls %t
 */

#ifndef NO_BPF_H
#include <linux/bpf.h>
#endif

struct opaque;

int with_function(int (*call)(void))
{
	return call();
}

int with_opaque(struct opaque *opaque)
{
	return !opaque;
}

// FUNCTION: entry-refused.c:[[@LINE-10]]:5: error: cannot make an entry for 'with_function': parameter 'call' is a function [-Wopened-entry-unsupported]
// FUNCTION: note: extract it without --entry, or write a caller and extract that
//
// INCOMPLETE: entry-refused.c:[[@LINE-8]]:5: error: cannot make an entry for 'with_opaque': the type of parameter 'opaque', 'struct opaque *', is incomplete [-Wopened-entry-unsupported]
//
// CONTEXT: error: cannot make an entry for 'with_opaque': the source does not define 'struct xdp_md *', the context of hook 'xdp' [-Wopened-entry-unsupported]
//
// HOOK: error: no hook 'xpd' in the tables [-Wopened-hook-unknown]
