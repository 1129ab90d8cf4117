/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * function-ambiguous - several definitions: all candidates, what differs, and the lines for the spec
 *
 * What is wrong with a unit is told of the one that is written, not of the candidates.
 *
 * RUN: rm -rf %t && split-file %s %t && cd %t
 * RUN: %status 3 %opened-extract -f twice -o out a.c b.c c.c -- %bpfcc < /dev/null 2>&1 \
 * RUN:   | %FileCheck %s --implicit-check-not=license-missing
 * RUN: %not ls out
 * RUN: %status 0 %opened-extract -f b.c:2 -o chosen.c a.c b.c c.c -- %bpfcc 2>err && grep -q 'v + 2' chosen.c
 * RUN: %FileCheck %s --check-prefix=CHOSEN --implicit-check-not=license-missing < err
 */
//--- a.c
/* first */
int twice(int v) { return v * 2; }
//--- b.c
/* second */
int twice(int v) { return v + 2; }
//--- c.c
/* the first again, with other space */
int twice(int v)
{
	return v * 2;
}
//--- check
CHECK: error: function 'twice' has 3 definitions [-Wopened-function-ambiguous]
CHECK: a.c:2:{{[0-9]+}}: note: candidate {{.*}}int twice(int v)
CHECK: b.c:2:{{[0-9]+}}: note: candidate {{.*}}differs from the first
CHECK: c.c:2:{{[0-9]+}}: note: candidate {{.*}}identical to the first
CHECK: note: {{.*}} in the spec: 'resolve: {twice: a.c}'
CHECK: note: {{.*}} in the spec: 'resolve: {twice: b.c}'
CHOSEN: warning: 'twice' names no licence{{.*}} [-Wopened-license-missing]
