/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * depfile.h - what a product was made from, as make and ninja read it
 */
#ifndef OPN_DEPFILE_H
#define OPN_DEPFILE_H

#include "diag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The text of a dependency file into *out, which the caller frees: one rule of targets
 * (NULL-terminated, written as they are) and a rule without a recipe for each file, so that a
 * header that is gone breaks no build. files: NULL-terminated lists of absolute paths, themselves
 * in a NULL-terminated list; each file is written once, sorted, and relative to directory when it
 * is below it (NULL: never), as rules of make name files that are made; all are absolute when the
 * first target is, as CMake wants it. Reports OUTPUT_FAILED and
 * returns -errno for a name that cannot be written. */
int opn_depfile_make(const char *const *targets, const char *const *const *files,
		     const char *directory, struct opn_diags *diags, char **out);

/* Makes the targets newer than what they were made from: those that came out as they were have not
 * been written again, and make would try for ever. Returns 0 or -errno (reported). */
int opn_depfile_touch(const char *const *targets, struct opn_diags *diags);

#ifdef __cplusplus
}
#endif

#endif
