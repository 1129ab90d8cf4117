/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * diag_list.h - how a list of diagnostics looks inside, for its printer and its writer
 */
#ifndef OPN_DIAG_LIST_H
#define OPN_DIAG_LIST_H

#include "base.h"
#include "diag.h"

struct opn_diag_message {
	struct opn_diag_message *next; /* the next note */
	enum opn_severity severity;
	struct opn_loc loc;
	const char *text;
	const char *flag;     /* without "-W", or NULL */
	const char *rendered; /* another tool's own text, or NULL */
};

struct opn_diag_entry {
	struct opn_diag_entry *next;
	int id; /* row of the table, or -1 for another tool's */
	struct opn_diag_message message;
	struct opn_diag_message *notes, *last_note;
};

struct opn_diags {
	struct opn_arena *arena;
	struct opn_diag_entry *first, *last;
	const char *root; /* or NULL */
	size_t lost;	  /* reported without memory to keep them */
	bool told_before; /* the last one was another tool's, and is left out with its notes */
};

struct opn_diag_row {
	enum opn_severity severity;
	int status;
	const char *flag;
	const char *format;
};

extern const struct opn_diag_row opn_diag_rows[OPN_DIAG_COUNT];

/* The files that places are in; keeps the last one, as diagnostics of one file come together. */
struct opn_sources {
	const char *root;
	char *file; /* NULL: none read yet */
	char *text;
	size_t length;
	unsigned int line; /* where offset is */
	size_t offset;
};

/* The line of loc without its end, or NULL when it cannot be read. Valid until the next call. */
const char *opn_sources_line(struct opn_sources *sources, struct opn_loc loc, size_t *length);
void opn_sources_free(struct opn_sources *sources);

#endif
