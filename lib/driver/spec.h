/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * spec.h - an opened.yaml: what is taken from where, what becomes of it, how it is proved
 *
 * All paths are as seen from the current folder, unless said otherwise. Plain data; all of it in
 * one arena.
 */
#ifndef OPN_DRIVER_SPEC_H
#define OPN_DRIVER_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "compose/composition.h"
#include "diag.h"

/* A text of the spec and where it stands. */
struct opn_spec_word {
	const char *text;
	struct opn_loc loc;
};

struct opn_spec_words {
	const struct opn_spec_word *word;
	size_t count;
};

/* A key of a mapping and its value. */
struct opn_spec_entry {
	const char *key, *value;
	struct opn_loc loc;
};

struct opn_spec_entries {
	const struct opn_spec_entry *entry;
	size_t count;
};

/* What a unit becomes for another hook. */
struct opn_spec_transform {
	struct opn_loc loc;
	const char *to, *from; /* from NULL: the one hook that leads there */
	struct opn_spec_words functions, accept;
	struct opn_spec_entries choices; /* of the pair of hooks: "pass: next" */
	bool modernize;
};

struct opn_spec_unit {
	const char *name;
	struct opn_loc loc;

	/* The tree that it is taken from: one of both. */
	const char *path;
	const char *repository, *revision;
	struct opn_loc source_loc;

	/* How it is compiled: a database's folder or sources are relative to that tree. */
	const char *database;		    /* NULL: looked for */
	const struct opn_spec_words *flags; /* NULL: a database */
	bool infer;			    /* more flags are to be found out */

	struct opn_spec_words functions; /* "name" or "file:line", relative to the tree */
	struct opn_spec_words sources;	 /* to look into; none: all of the database */
	struct opn_spec_entries resolve; /* function to the file, or file:line, that is meant */
	struct opn_spec_words user_maps; /* declared here, instantiated in user code */
	const char *entry, *layout;	 /* NULL: the tool's default */
	bool slim_vmlinux;
	const struct opn_spec_transform *transform; /* NULL: it stays at its hook */
};

struct opn_spec_verify {
	struct opn_loc loc;
	struct opn_spec_words packets, cases, maps; /* files */
	const char *live;			    /* device, or NULL: test runs */
	struct opn_loc live_loc;
	const char *kernel;	     /* folder of an unpacked one, or NULL: this */
	unsigned int generate, seed; /* 0: the tool's default */
};

struct opn_spec {
	const char *path;
	const char *output; /* folder */
	struct opn_spec_unit *units;
	size_t unit_count;
	const struct opn_spec_verify *verify;	   /* NULL: nothing is verified */
	const struct opn_composition *composition; /* NULL: nothing is composed */
};

/* Reads a spec. Reports every mistake and returns -errno. */
int opn_spec_read(const char *path, const struct opn_places *places, struct opn_arena *arena,
		  struct opn_diags *diags, struct opn_spec *out);

/* The unit of this name, or NULL. */
struct opn_spec_unit *opn_spec_unit(const struct opn_spec *spec, const char *name);

/* Adds a word in double quotes, as YAML has it. */
void opn_spec_quote(struct opn_buf *buf, const char *word);

/* An answer that belongs into the spec: key of the unit's mapping below section ("extract" or
 * "transform"). name: of the mapping's new entry, or NULL: the key has a list. */
struct opn_spec_answer {
	const char *section, *unit, *key, *name, *value;
};

/* The answer as the YAML that belongs to the unit, in one line. In the arena; NULL without memory.
 */
char *opn_spec_answer_yaml(const struct opn_spec_answer *answer, struct opn_arena *arena);

/* Writes an answer into the spec, whose other text stays as it is. Reports and returns -errno. */
int opn_spec_write_answer(const char *path, const struct opn_spec_answer *answer,
			  struct opn_arena *arena, struct opn_diags *diags);

#endif
