/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * output.h - the one way to write a product: all of it or nothing, and never over a stranger's file
 *
 * A transaction stages every file beside its target (same file system) and renames at commit.
 * A folder that we wrote has a list of our files with their hashes; what is not in that list, or
 * was edited since, is not ours and is left alone unless the user forces it.
 */
#ifndef OPN_OUTPUT_H
#define OPN_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every product that can hold a comment or a string carries this near its beginning. */
#define OPN_OUTPUT_MARKER "Extracted by opened-extract"
/* The same of what was rewritten. */
#define OPN_OUTPUT_REWRITTEN "Rewritten by opened-transform"
/* The same of what was composed. */
#define OPN_OUTPUT_COMPOSED "Composed by opened-compose"
/* The list of our files in an output folder. */
#define OPN_OUTPUT_LIST ".opened-files.json"

struct opn_output;

/* Begins a transaction and stages nothing yet. target is a file, or a folder when is_directory.
 * marker: text in the first 4 KiB of an existing file that shows that it is ours (single files;
 * NULL: an existing file is never ours). force: overwrite whatever is there.
 * marker and diags must outlive the transaction. Reports OUTPUT_FOREIGN or OUTPUT_FAILED and
 * returns -errno; on success the caller ends it with opn_output_commit() or opn_output_abort(). */
int opn_output_begin(const char *target, bool is_directory, const char *marker, bool force,
		     struct opn_diags *diags, struct opn_output **out);

/* Stages one file: path is relative to the folder; for a single file it is ignored and the call is
 * made once. Written to disk at once, so that a full disk shows here. Returns 0 or -errno
 * (reported); the transaction can then only be aborted. */
int opn_output_add(struct opn_output *output, const char *path, const char *text, size_t length);

/* Makes everything visible, removes our files of the last run that are no longer produced, and
 * frees the transaction. Returns 0 or -errno (reported), and then the old content is in place. */
int opn_output_commit(struct opn_output *output);

/* Removes everything staged and frees the transaction. NULL is allowed. */
void opn_output_abort(struct opn_output *output);

/* One file in one act: begin, add, commit. */
int opn_output_file(const char *target, const char *marker, bool force, const char *text,
		    size_t length, struct opn_diags *diags);

#ifdef __cplusplus
}
#endif

#endif
