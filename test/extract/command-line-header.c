/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * command-line-header - what -D said to headers is in the unit where it bears on what is used of them
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit -n plain prog.c -- %bpfcc -isystem sys -DWIDE -DDEEP -DCOUNT=8 -DMORE | %FileCheck %s --check-prefix=PLAIN
 * RUN: %unit -n typed prog.c -- %bpfcc -isystem sys -DWIDE -DDEEP -DCOUNT=8 -DMORE | %FileCheck %s --check-prefix=TYPED
 * RUN: %unit -n member prog.c -- %bpfcc -isystem sys -DWIDE -DDEEP -DCOUNT=8 -DMORE | %FileCheck %s --check-prefix=MEMBER
 */

/*
 * MORE says which header <sys.h> asks for, COUNT is in the text of a declaration.
 *
 * PLAIN-NOT: #define {{WIDE|DEEP}}
 * PLAIN-DAG: #define COUNT 8
 * PLAIN-DAG: #define MORE 1
 * PLAIN-NOT: #define {{WIDE|DEEP}}
 * PLAIN: int plain(
 *
 * TYPED-NOT: #define DEEP
 * TYPED: #define WIDE 1
 * TYPED-NOT: #define DEEP
 * TYPED: int typed(
 *
 * MEMBER-NOT: #define WIDE
 * MEMBER: #define DEEP 1
 * MEMBER-NOT: #define WIDE
 * MEMBER: int member(
 */

//--- sys/sys.h
#ifndef SYS_H
#define SYS_H
#ifdef WIDE
#define BITS 64
#else
#define BITS 32
#endif
#if BITS == 64
typedef long word;
#else
typedef int word;
#endif
static inline int bits(int value)
{
#if BITS == 64
	return value + 1;
#else
	return value;
#endif
}
struct deep {
	int first;
#ifdef DEEP
	long more;
#endif
	int last;
};
struct flat {
	int value;
};
extern int table[COUNT];
#ifdef MORE
#include <more.h>
#endif
#endif
//--- sys/more.h
//--- prog.c
#include <sys.h>

struct flat flat;

__attribute__((section("tc"))) int plain(int value)
{
	return flat.value;
}

__attribute__((section("tc"))) int typed(struct flat *flat)
{
	return sizeof(word);
}

__attribute__((section("tc"))) int member(struct deep *deep)
{
	return deep->last;
}

char _license[] __attribute__((section("license"))) = "GPL";
