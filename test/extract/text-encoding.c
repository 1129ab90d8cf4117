/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * text-encoding - other people's bytes: a byte-order mark, Latin-1 names in comments and strings
 *
 * RUN: rm -rf %t && mkdir %t && cd %t
 * RUN: printf '\357\273\277/* SPDX-License-Identifier: MIT */\n/* Copyright (c) 2001 Jos\351 */\n' > in.c
 * RUN: printf '#define NAME "Jos\351"\n__attribute__((section("xdp"), used)) int prog(int *ctx)\n{\n' >> in.c
 * RUN: printf '\t/* d\351j\340 vu */ return NAME[*ctx & 3];\n}\nchar _license[] __attribute__((section("license"), used)) = "GPL";\n' >> in.c
 * RUN: %unit -n prog in.c -- %bpfcc -Wno-invalid-source-encoding > out.c
 * RUN: LC_ALL=C grep -q "$(printf 'd\351j\340 vu')" out.c && LC_ALL=C grep -q "$(printf 'NAME "Jos\351"')" out.c
 * RUN: LC_ALL=C grep -q "$(printf '2001 Jos\351')" out.c
 * RUN: %python -m json.tool %t.unit/unit/prog.json | grep 2001
 * RUN: %schema-check %root/hookdefs/schema/manifest.schema.json %t.unit/unit/prog.json
 */
