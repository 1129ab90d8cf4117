/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * declaration-alike - what says again what is said already is left out
 *
 * Two headers declare a kfunc with the same attributes: one of the declarations is enough. Where the
 * second has another attribute, both count. "#define X X" is there for those who ask whether there is
 * an X; who only means X has no use for it.
 *
 * RUN: %unit -n same %s -- %bpfcc | %FileCheck %s --check-prefix=SAME
 * RUN: %unit -n more %s -- %bpfcc | %FileCheck %s --check-prefix=MORE
 * RUN: %unit -n plain %s -- %bpfcc | %FileCheck %s --check-prefix=PLAIN
 * RUN: %unit -n tested %s -- %bpfcc | %FileCheck %s --check-prefix=TESTED
 * RUN: %unit -n other %s -- %bpfcc | %FileCheck %s --check-prefix=OTHER
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int ask_same(int value) __ksym __weak;
extern int ask_more(int value) __ksym;
extern int ask_same(int value) __ksym __weak;
extern int ask_more(int value) __weak;

enum {
	LINK = 4,
	JOIN = 8,
};
#define LINK LINK
#define JOIN 16
__u32 sizes[JOIN];
#undef JOIN
#define JOIN JOIN

SEC("socket")
int same(struct __sk_buff *skb)
{
	return ask_same(1);
}

SEC("socket")
int more(struct __sk_buff *skb)
{
	return ask_more(1);
}

SEC("socket")
int plain(struct __sk_buff *skb)
{
	return LINK;
}

SEC("socket")
int tested(struct __sk_buff *skb)
{
#ifdef LINK
	return LINK;
#else
	return 0;
#endif
}

SEC("socket")
int other(struct __sk_buff *skb)
{
	return JOIN + sizes[0];
}

// SAME-COUNT-1: extern int ask_same(
// SAME-NOT: ask_same(int
// SAME: return ask_same(1);
//
// MORE: extern int ask_more(int value) __ksym;
// MORE: extern int ask_more(int value) __weak;
//
// PLAIN-NOT: #define LINK
// PLAIN: return LINK;
//
// TESTED: #define LINK LINK
// TESTED: return LINK;
//
// OTHER: #define JOIN 16
// OTHER: #undef JOIN
// OTHER-NOT: #define JOIN
// OTHER: return JOIN + sizes[0];
