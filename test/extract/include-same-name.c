/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * include-same-name - headers of one name in several folders, found beside the includer and by #include_next
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc -Wno-gnu-include-next -Ifirst -Isecond | %FileCheck %s
 * RUN: %unit prog --layout=tree prog.c -- %bpfcc -Wno-gnu-include-next -Ifirst -Isecond | %FileCheck %s --check-prefix=TREE
 */
//--- one/values.h
#define ONE 1
//--- one/part.h
/* SPDX-License-Identifier: MIT */
#include "values.h"
static inline int one(void) { return ONE; }
//--- two/values.h
#define TWO 2
//--- two/part.h
/* SPDX-License-Identifier: MIT */
#include "values.h"
static inline int two(void) { return TWO; }
//--- first/wrapped.h
#include_next <wrapped.h>
#define WRAPPED (INNER + 1)
//--- second/wrapped.h
#define INNER 3
//--- prog.c
/* SPDX-License-Identifier: MIT */
#include "one/part.h"
#include "two/part.h"
#include <wrapped.h>
__attribute__((section("xdp"), used)) int prog(int *ctx)
{
	return one() + two() + WRAPPED;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
//--- check
CHECK: /* Extracted from one/values.h:1-1 */
CHECK-NEXT: #define ONE 1
CHECK: static inline int one(void) { return ONE; }
CHECK: /* Extracted from two/values.h:1-1 */
CHECK-NEXT: #define TWO 2
CHECK: static inline int two(void) { return TWO; }
CHECK: /* Extracted from second/wrapped.h:1-1 */
CHECK-NEXT: #define INNER 3
CHECK: #define WRAPPED (INNER + 1)

TREE: ==> ./first/wrapped.h <==
TREE: #include_next <wrapped.h>
TREE: ==> ./one/part.h <==
TREE: #include "values.h"
TREE: ==> ./one/values.h <==
TREE: ==> ./prog.c <==
TREE: ==> ./second/wrapped.h <==
TREE: ==> ./two/part.h <==
TREE: ==> ./two/values.h <==
