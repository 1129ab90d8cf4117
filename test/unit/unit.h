/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * unit.h - what the unit tests share: a folder of one's own, files in it, what was printed
 */
#ifndef OPN_TEST_UNIT_H
#define OPN_TEST_UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

Suite *base_suite(void);
Suite *path_suite(void);
Suite *file_suite(void);
Suite *diag_suite(void);
Suite *diag_write_suite(void);
Suite *output_suite(void);
Suite *hookdef_suite(void);
Suite *hook_run_suite(void);
Suite *pair_suite(void);
Suite *manifest_suite(void);
Suite *graph_suite(void);
Suite *buildfile_suite(void);
Suite *cases_suite(void);
Suite *random_suite(void);
Suite *packet_suite(void);
Suite *packet_fix_suite(void);
Suite *packet_change_suite(void);
Suite *state_suite(void);
Suite *state_pair_suite(void);
Suite *state_text_suite(void);
Suite *state_load_suite(void);
Suite *program_suite(void);
Suite *program_trace_suite(void);
Suite *program_patch_suite(void);

/* Before all tests, and after them: what failed ones left is removed. */
bool folders_begin(void);
bool folders_end(void);
/* A case whose tests run in an empty folder that is removed afterwards, and have `diags`. */
TCase *folder_case(const char *name);
extern struct opn_diags *diags;

void write_file(const char *path, const char *text);
void write_bytes(const char *path, const void *data, size_t length);
/* The file's text; fails the test when there is none. Freed by the caller. */
char *read_file(const char *path);
bool exists(const char *path);
/* Names in a folder but "." and "..". */
size_t count_entries(const char *path);

/* What the diagnostics look like; freed by the caller. */
char *printed(bool colour, bool quiet);
/* Fails unless the diagnostics print exactly like this, and forgets them. */
void expect_printed(const char *text);
void forget_diags(void);

/* Runs a program with its arguments (NULL-terminated), output to the file "log"; returns its exit
 * status. */
int run(const char *const *argv);

#endif
