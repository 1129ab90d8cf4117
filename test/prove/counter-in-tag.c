/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * counter-in-tag - __COUNTER__ counts what is left out, and the text of a tag is no code
 *
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT | %FileCheck %s
 * RUN: %prove f %s %s %bpfcc --unit %bpfcc -DUNIT -DWORD='"other"' \
 * RUN:   | %FileCheck %s --check-prefix=OTHER
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifndef WORD
#define WORD "word"
#endif
#define TEXT_(x) #x
#define TEXT(x)	 TEXT_(x)
#define NOTE	 __attribute__((btf_decl_tag(WORD "=" TEXT(__COUNTER__))))

#ifndef UNIT
SEC("socket")
NOTE int left_out(void *ctx)
{
	return 1;
}
#endif

SEC("socket")
NOTE int f(void *ctx)
{
	return 0;
}

/* CHECK: f 1 identical
 * CHECK-NEXT: f 2 identical
 * CHECK-NEXT: f 3 explained: __COUNTER__
 * CHECK-NEXT: f 4 identical
 *
 * OTHER: f 3 differs: function 'f': declaration tags of 'f' differ
 */
