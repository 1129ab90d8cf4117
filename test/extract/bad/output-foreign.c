/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * output-foreign - files of others, inputs, files edited since, and what symbolic links hide
 *
 * RUN: rm -rf %t && mkdir -p %t/out %t/away && cp %s %t/in.c && cd %t
 *
 * A folder with others' files is not ours: nothing is written into it.
 * RUN: echo theirs > out/notes.txt
 * RUN: %status 2 %opened-extract --all -o out in.c -- %bpfcc 2>&1 | %FileCheck %s
 * RUN: test "$(ls -A out)" = notes.txt && grep -q theirs out/notes.txt
 *
 * One that was ours may hold others' files beside our own.
 * RUN: rm out/notes.txt && %status 0 %opened-extract --all -o out in.c -- %bpfcc
 * RUN: echo theirs > out/notes.txt && %status 0 %opened-extract --all -o out in.c -- %bpfcc
 * RUN: grep -q theirs out/notes.txt && test -f out/prog.bpf.c
 *
 * In the way: nothing at all is written.
 * RUN: mkdir way && echo theirs > way/prog.json
 * RUN: %status 2 %opened-extract --all -o way in.c -- %bpfcc 2>&1 | %FileCheck %s
 * RUN: test "$(ls -A way)" = prog.json && grep -q theirs way/prog.json
 *
 * Edited by hand since: theirs now.
 * RUN: echo '// mine' >> out/prog.bpf.c && cp out/prog.bpf.c edited
 * RUN: %status 2 %opened-extract --all -o out in.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=EDITED
 * RUN: cmp edited out/prog.bpf.c
 * RUN: %status 0 %opened-extract --force --all -o out in.c -- %bpfcc && %not cmp -s edited out/prog.bpf.c
 *
 * An input is never an output, not even with --force.
 * RUN: cp in.c before && ln -s in.c link.c && ln in.c hard.c
 * RUN: for name in in.c ./in.c link.c hard.c %t/in.c; do %status 2 %opened-extract --force -f prog -o $name in.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=SAME || exit; done
 * RUN: cmp before in.c && test -L link.c
 *
 * A link in the output folder leads out of it: not followed.
 * RUN: mkdir linked && echo theirs > away/target && ln -s ../away/target linked/prog.bpf.c
 * RUN: %status 2 %opened-extract --all -o linked in.c -- %bpfcc 2>&1 | %FileCheck %s
 * RUN: grep -q theirs away/target && test -L linked/prog.bpf.c
 * RUN: %status 0 %opened-extract --force --all -o linked in.c -- %bpfcc; grep -q theirs away/target
 * RUN: mkdir trap && ln -s ../away trap/in && cp in.c two.c
 * RUN: %status 2 %opened-extract --all -o trap in.c two.c -- %bpfcc 2>&1 | %FileCheck %s --check-prefix=OUT
 * RUN: test "$(ls -A away)" = target && test "$(ls -A trap)" = in
 */

__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return 2;
}

char _license[] __attribute__((section("license"), used)) = "GPL";

// CHECK: error: '{{.*}}' exists and was not written by this tool [-Wopened-output-foreign]
// EDITED: error: '{{.*}}prog.bpf.c' exists and was not written by this tool [-Wopened-output-foreign]
// EDITED: note: this tool wrote a file there, but not this text: it was edited since
// SAME: error: output '{{.*}}' would overwrite an input [-Wopened-output-same]
// OUT: error: {{.*}} [-Wopened-output-{{foreign|failed}}]
