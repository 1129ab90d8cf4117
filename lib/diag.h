/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * diag.h - what the user is told: one table of diagnostics, one list per run, one printer
 *
 * The place that knows an error reports it once with opn_diag(); callers only pass the code up.
 * A list is filled by one thread at a time; opn_diags_move() joins lists in a fixed order, so that
 * output does not depend on how many threads worked.
 */
#ifndef OPN_DIAG_H
#define OPN_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum opn_severity {
	OPN_SEV_NOTE,
	OPN_SEV_WARNING,
	OPN_SEV_ERROR,
	OPN_SEV_FATAL, /* Clang's own; ours are never fatal */
};

/* One row per diagnostic in diag.def: identifier, severity, exit class, flag, format. */
enum opn_diag_id {
#define OPN_DIAG(id, severity, status, flag, format) OPN_DIAG_##id,
#include "diag.def"
#undef OPN_DIAG
	OPN_DIAG_COUNT
};

/* A place in a file; line and column count from 1, 0 means that none is known.
 * length: how many bytes of the line the marker covers, at least 1 where column is known. */
struct opn_loc {
	const char *file; /* NULL: the diagnostic has no place */
	unsigned int line;
	unsigned int column;
	unsigned int length;
};

#define OPN_NOWHERE ((struct opn_loc){ NULL, 0, 0, 0 })

struct opn_diags;

/* Returns an empty list, or NULL without memory. The caller frees it with opn_diags_free(). */
struct opn_diags *opn_diags_new(void);
void opn_diags_free(struct opn_diags *diags);

/* Reports one diagnostic of the table; strings are copied.
 * Returns -EINVAL for an error and 0 for a warning or note, so that `return opn_diag(...)` reads
 * as one act. */
int opn_diag(struct opn_diags *diags, enum opn_diag_id id, struct opn_loc loc, ...);

/* Adds a note (why, where else, what to do) to the diagnostic reported last. */
void opn_diag_note(struct opn_diags *diags, struct opn_loc loc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Passes on a diagnostic of another tool (Clang). flag is its own ("-Wfoo") or NULL; rendered is
 * its own text with snippet, without colour, or NULL to have it printed our way. */
void opn_diag_foreign(struct opn_diags *diags, enum opn_severity severity, struct opn_loc loc,
		      const char *message, const char *flag, const char *rendered);

/* Relative files of the list are looked up below root (for the snippets); absolute ones below it
 * are written relative to it by opn_diags_write(). Without a root that is the current folder. */
void opn_diags_set_root(struct opn_diags *diags, const char *root);

/* Moves all of from's diagnostics to the end of to. */
void opn_diags_move(struct opn_diags *to, struct opn_diags *from);

/* How many of this severity are in the list. */
size_t opn_diags_count(const struct opn_diags *diags, enum opn_severity severity);

/* How many of this row of the table are in the list. */
size_t opn_diags_count_id(const struct opn_diags *diags, enum opn_diag_id id);

/* The exit status that the list asks for: the largest status of its errors (1 refused, 2 usage or
 * configuration, 3 a decision is needed, 70 our fault), 1 for Clang's errors, 0 without errors. */
int opn_diags_status(const struct opn_diags *diags);

/* Prints the list as clang does, with snippet and caret, and how many there were; warnings are left
 * out when quiet. */
void opn_diags_print(const struct opn_diags *diags, FILE *out, bool colour, bool quiet);
/* The two halves of that, for who prints several lists and counts once. */
void opn_diags_print_messages(const struct opn_diags *diags, FILE *out, bool colour, bool quiet);
void opn_diags_print_count(const struct opn_diags *diags, FILE *out, bool quiet);

enum opn_diag_format { OPN_DIAG_JSON, OPN_DIAG_SARIF };

/* Writes the list to path, atomically. Returns 0 or -errno. tool is the program's name. */
int opn_diags_write(const struct opn_diags *diags, const char *path, enum opn_diag_format format,
		    const char *tool);

/* The flag of a diagnostic without the "-W" ("opened-function-missing"). */
const char *opn_diag_flag(enum opn_diag_id id);

#ifdef __cplusplus
}
#endif

#endif
