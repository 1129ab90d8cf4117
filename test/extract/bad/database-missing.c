/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * database-missing - without compile commands nothing is guessed: none, no flags, broken, not this source
 *
 * The build folder has a database of its own, which would be found: this runs elsewhere.
 * RUN: T=$(mktemp -d) && trap 'rm -rf "$T"' EXIT && cp %s $T/in.c && cd $T
 * RUN: %status 2 %opened-extract --all -o out in.c 2>&1 | %FileCheck %s
 * RUN: mkdir db && %status 2 %opened-extract -p db --all -o out in.c 2>&1 | %FileCheck %s --check-prefix=FOLDER
 * RUN: echo '[{"directory"' > db/compile_commands.json
 * RUN: %status 2 %opened-extract -p db --all -o out in.c 2>&1 | %FileCheck %s --check-prefix=BROKEN
 * RUN: echo '[{"directory": ".", "file": "other.c", "command": "clang -target bpf -c other.c"}]' > db/compile_commands.json
 * RUN: %status 2 %opened-extract -p db --all -o out in.c 2>&1 | %FileCheck %s --check-prefix=OTHER
 * RUN: ls -A | %FileCheck %s --check-prefix=LEFT --match-full-lines
 */

__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return 2;
}

// CHECK: error: no compile commands for 'in.c' [-Wopened-database-missing]
// CHECK: note: {{.*}}-p
// FOLDER: error: {{.*}} [-Wopened-database-{{missing|invalid}}]
// BROKEN: error: cannot use the compile database: {{.*}} [-Wopened-database-invalid]
// OTHER: error: no compile command for 'in.c' in the compile database '{{.*}}' [-Wopened-command-missing]
//
// LEFT: db
// LEFT-NEXT: in.c
// LEFT-NOT: {{.+}}
