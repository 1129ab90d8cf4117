/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * path-odd - spaces, quotes, dollars, newlines and comment ends in paths: units work, nothing is run
 *
 * RUN: rm -rf %t && D=%t/"$(printf 'a \047b"c$(touch bad)\nd')" && mkdir -p "$D" && cd "$D"
 * RUN: grep -v 'RUN\|CHECK' %s > 'in $x.c' && mkdir -p 'i */ n' && echo '#define VALUE 3' > 'i */ n/value.h'
 * RUN: %status 0 %opened-extract -q --prove --all -o single 'in $x.c' -- %bpfcc '-Ii */ n'
 * RUN: make -s -C single CLANG=%clang EXTRA_CFLAGS='-Wall -Werror' && %FileCheck %s < single/prog.bpf.c
 * RUN: %status 0 %opened-extract -q --prove --all --layout=tree -o tree 'in $x.c' -- %bpfcc '-Ii */ n'
 * RUN: make -s -C tree/prog CLANG=%clang EXTRA_CFLAGS='-Wall -Werror'
 * RUN: %python -m json.tool tree/prog/compile_commands.json > /dev/null
 * RUN: %status 0 %opened-extract -q --prove -f prog -p single -o again single/prog.bpf.c && diff single/prog.bpf.c again/prog.bpf.c
 * RUN: cp 'in $x.c' "$(printf 'new\nline.c')"
 * RUN: %status 0 %opened-extract -q --prove -f prog -o line "$(printf 'new\nline.c')" -- %bpfcc '-Ii */ n'
 * RUN: make -s -C line CLANG=%clang EXTRA_CFLAGS='-Wall -Werror'
 * RUN: test -z "$(find %t -name bad)"
 */

#include "value.h"

__attribute__((section("xdp"), used)) int prog(void *ctx)
{
	return VALUE;
}

char _license[] __attribute__((section("license"), used)) = "GPL";

// CHECK: #define VALUE 3
// CHECK: int prog(void *ctx)
