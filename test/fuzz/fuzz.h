/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * fuzz.h - what the fuzzed readers share
 *
 * Readers take paths: what libFuzzer makes up is put into a file of a folder in memory that belongs
 * to this process. Each reader is a file that defines LLVMFuzzerTestOneInput(); libFuzzer calls it,
 * or replay.c does with the cases that are kept, where there is no libFuzzer.
 */
#ifndef OPN_FUZZ_H
#define OPN_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "compose/place.h"
#include "diag.h"
#include "hook_run.h"
#include "hookdef.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The folder; made by the first call, removed at the end of the process. */
const char *fuzz_folder(void);
/* Puts the input into a file of the folder, or into one of a folder in it; returns its path, which
 * stays until the next call. */
const char *fuzz_file(const char *name, const uint8_t *data, size_t size);

/* The tables that OPENED comes with, read once. */
const struct opn_hookdefs *fuzz_hookdefs(void);
const struct opn_places *fuzz_places(void);
const struct opn_hook_runs *fuzz_runs(void);

/* Prints what was reported, to nobody, as every run does, and frees it. */
void fuzz_end(struct opn_diags *diags);

#endif
