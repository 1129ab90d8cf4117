/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * pair.h - how code of one hook becomes code of another: the rows of a pair's table
 *
 * Read from the key "rewrite" of hookdefs/<from>-to-<to>.yaml. A row says what to do at one kind of
 * site (a section, a context field, a call, a map type); what no row names is decided by the
 * helper table, or refused.
 */
#ifndef OPN_PAIR_H
#define OPN_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag.h"
#include "hookdef.h"

#ifdef __cplusplus
extern "C" {
#endif

enum opn_row_action {
	OPN_ROW_KEEP,	/* the same at both hooks */
	OPN_ROW_RENAME, /* text: the new name */
	OPN_ROW_CALL,	/* text: a function of the shim header */
	OPN_ROW_REJECT, /* text: why */
	OPN_ROW_BY_MAP, /* by the type of a map argument: rows */
};

/* An argument that must be a constant with no bits outside of mask. */
struct opn_row_limit {
	unsigned int argument; /* counted from 1 */
	uint64_t mask;
	const char *reject, *help; /* help: NULL without one */
};

/* Texts are NULL where the table has none. */
struct opn_row {
	const char *name; /* what the row is for, and the rule's name in reports */
	enum opn_row_action action;
	const char *text;
	const char *when;	     /* right under this condition only, after the choices */
	const char *lossy;	     /* what is lost: needs the user's consent */
	const char *help;	     /* what the user could do */
	const char *note;	     /* the fact that the row rests on */
	const char *min_kernel;	     /* "5.18" */
	const char *beside;	     /* counts only in programs that call this, too */
	const struct opn_row *write; /* for stores to a field, where they differ from loads */
	const struct opn_row_limit *limits;
	size_t limit_count;
	unsigned int map_argument; /* OPN_ROW_BY_MAP: counted from 1 */
	const struct opn_row *rows;
	size_t row_count;
	bool context;	  /* the function is given the context before the call's arguments */
	bool invalidates; /* packet pointers end here, and did not at the first hook */
	bool leaves;	  /* another program goes on, and this one does not */
};

struct opn_rows {
	const struct opn_row *row;
	size_t count;
};

/* A choice that the user has: --NAME=WORD becomes "#define DEFINE VALUE" in the shim header. */
struct opn_pair_option {
	const char *name, *define, *initial, *why;
	const char *test_run; /* the word under which a test run shows packets as they are live */
	/* A word that puts the new programs into another section, and that section; or NULL. */
	const char *section_word, *section;
	const char *const *words; /* NULL-terminated */
	const char *const *values;
};

struct opn_pair {
	const char *from, *to;	  /* hooks */
	const char *from_context; /* "struct foo": of the first hook's table */
	const char *to_context;	  /* of the second's */
	const char *context;	  /* what from_context becomes in the text */
	const char *native;	  /* member of context that holds the kernel's, or NULL: it is it */
	const char *shim;	  /* header below hookdefs/shims/ */
	const char *section;	  /* of the new programs */
	const char *body;	  /* ending of the old function's name */
	const char *wrapper;	  /* text of the new program, with $section, $name and $body */
	const char *min_kernel;	  /* or NULL */
	unsigned int stack;	  /* bytes that the context takes of a program's stack */
	struct opn_rows sections, fields, calls, maps;
	const struct opn_pair_option *options;
	size_t option_count;
	/* The pair that leads back, or NULL: what it has made is unwrapped. */
	const struct opn_pair *back;
};

struct opn_pairs;

/* What the user chose of a pair's options. */
struct opn_pair_choice {
	const char *name, *word; /* the word must be one of the option's */
};

/* Reads all pairs of dir that have rows; conditions that the choices (and the defaults of all
 * others) settle are left out. hookdefs must outlive them. Reports every mistake and returns
 * -errno. The caller frees *out. */
int opn_pairs_load(const char *dir, const struct opn_hookdefs *hookdefs,
		   const struct opn_pair_choice *choices, size_t choice_count,
		   struct opn_diags *diags, struct opn_pairs **out);
void opn_pairs_free(struct opn_pairs *pairs);

/* The pair, or NULL. */
const struct opn_pair *opn_pairs_find(const struct opn_pairs *pairs, const char *from,
				      const char *to);
/* All pairs, sorted by hooks. */
const struct opn_pair *const *opn_pairs_all(const struct opn_pairs *pairs, size_t *count);

/* The row of this name, or NULL. */
const struct opn_row *opn_rows_find(const struct opn_rows *rows, const char *name);
/* The option of this name, or NULL. */
const struct opn_pair_option *opn_pair_option(const struct opn_pair *pair, const char *name);
/* The value of an option's word, or NULL. */
const char *opn_pair_option_value(const struct opn_pair_option *option, const char *word);
/* The word that is chosen, or the default. */
const char *opn_pair_word(const struct opn_pair_option *option,
			  const struct opn_pair_choice *choices, size_t count);

/* The shim header's text from the folder shims, with the choices and the defaults of all others,
 * into *out, which the caller frees. Returns 0 or -errno (reported). */
int opn_pair_shim(const struct opn_pair *pair, const char *shims,
		  const struct opn_pair_choice *choices, size_t count, struct opn_diags *diags,
		  char **out);

#ifdef __cplusplus
}
#endif

#endif
