/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * command-line-imacros - what -imacros defines is in the unit, as far as it is needed; the flag is not
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %unit prog prog.c -- %bpfcc -imacros settings.h '-DTEXT="a b\"c"' | %FileCheck %s
 */
//--- settings.h
/* SPDX-License-Identifier: BSD-2-Clause */
#define LIMIT 5
#define UNUSED_LIMIT 6
int no_declaration_of_it_is_seen;
//--- prog.c
/* SPDX-License-Identifier: MIT */
__attribute__((section("xdp"), used)) int prog(int *ctx)
{
	return LIMIT + sizeof(TEXT);
}
char _license[] __attribute__((section("license"), used)) = "GPL";
//--- check
CHECK-NOT: {{UNUSED_LIMIT|no_declaration}}
CHECK: #define TEXT "a b\"c"
CHECK: #define LIMIT 5
CHECK-NOT: {{UNUSED_LIMIT|no_declaration}}
CHECK: int prog(
