/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-twins - a macro that several headers define alike needs one of them, not the last
 *
 * <last.h> spells FORCED in its own way, and is not included for that. <other.h> gives SIZE another
 * value.
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit -n alike prog.c -- %bpfcc -isystem sys | %FileCheck %s --check-prefix=ALIKE
 * RUN: %unit -n unlike prog.c -- %bpfcc -isystem sys | %FileCheck %s --check-prefix=UNLIKE
 */

/*
 * ALIKE: #include <first.h>
 * ALIKE-NOT: #include <last.h>
 * ALIKE-NOT: #include <other.h>
 * ALIKE: static FORCED int add(
 *
 * UNLIKE: #include <first.h>
 * UNLIKE-NOT: #include <last.h>
 * UNLIKE: #include <other.h>
 * UNLIKE: return SIZE;
 */

//--- sys/before.h
#define FORCED __inline__
//--- sys/first.h
struct first {
	int value;
};
#undef FORCED
#define FORCED inline __attribute__((always_inline))
#define SIZE 1
//--- sys/last.h
#undef FORCED
#define FORCED __inline __attribute__ ((__always_inline__))
//--- sys/other.h
#undef SIZE
#define SIZE 2
//--- prog.c
#include <before.h>
#include <first.h>
#include <last.h>
#include <other.h>

static FORCED int add(struct first *first)
{
	return first->value + 1;
}

__attribute__((section("tc"))) int alike(void *ctx)
{
	struct first first = { 1 };

	return add(&first);
}

__attribute__((section("tc"))) int unlike(void *ctx)
{
	struct first first = { 1 };

	if (add(&first) > 3)
		return 0;
	return SIZE;
}

char _license[] __attribute__((section("license"))) = "GPL";
