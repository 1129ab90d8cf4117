/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * buildfile.h - the Makefile and the compile database beside a unit
 *
 * Names and flags come from strangers and pass through make and a shell: each word is quoted for
 * both, and what cannot be quoted (a newline, or in a file name what make cannot express) is
 * refused with a diagnostic.
 */
#ifndef OPN_BUILDFILE_H
#define OPN_BUILDFILE_H

#include <stddef.h>

#include "diag.h"

#ifdef __cplusplus
extern "C" {
#endif

struct opn_build_unit {
	const char *source; /* relative to the output folder: "decap.bpf.c" */
	/* one list per variant, as in struct opn_unit: without compiler, -c, -o and source */
	const char *const *const *flags;
	size_t flags_count;
};

struct opn_build_info {
	const struct opn_build_unit *units;
	size_t unit_count;
	const char *root;      /* of the project, seen from the output folder; replaces "@ROOT@";
				* NULL: "." */
	const char *compiler;  /* default of CLANG in the Makefile; NULL: "clang" */
	const char *directory; /* "directory" of compile_commands.json; NULL: "." */
	const char *marker;    /* who made it, as in output.h; NULL: OPN_OUTPUT_MARKER */
};

/* The Makefile's text into *out, which the caller frees. One object per unit and variant: the
 * first variant of x.bpf.c is x.bpf.o, the second x.2.bpf.o. Targets all and clean. Reports
 * OUTPUT_FAILED and returns -errno for a name that cannot be written. */
int opn_buildfile_make(const struct opn_build_info *info, struct opn_diags *diags, char **out);

/* The text of compile_commands.json into *out, which the caller frees. */
int opn_buildfile_commands(const struct opn_build_info *info, struct opn_diags *diags, char **out);

/* The text of .clangd into *out, which the caller frees: clangd's own configuration, with the flags
 * of each unit's first variant. A compile database needs an absolute folder for clangd to find
 * anything in it; this file needs none. */
int opn_buildfile_clangd(const struct opn_build_info *info, struct opn_diags *diags, char **out);

#ifdef __cplusplus
}
#endif

#endif
