/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * extract.h - what the files of opened-extract share
 *
 * opened-extract.c reads the options and runs the stages; extract_source.c works on one source,
 * on a thread of its own, and keeps nothing of Clang's; extract_prove.c proves a unit;
 * extract_choose.c decides what no single source can decide; extract_write.c writes;
 * extract_list.c prints tables; unit_copy.c copies a unit out of an extraction.
 */
#ifndef OPN_EXTRACT_H
#define OPN_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base.h"
#include "cli.h"
#include "diag.h"
#include "hookdef.h"
#include "manifest.h"
#include "rewriters.h"
#include "unit.h"
#include "unit_copy.h"

struct extract_options {
	struct opn_cli cli;
	struct opn_words sources, functions, keep_includes;
	bool all, list, prove, load, slim_vmlinux;
	enum opn_layout layout;
	const char *entry, *manifest, *graph, *dump_after, *depfile; /* NULL: not given */
};

/* A unit that was cut out of a source, and what became of it. */
struct extract_unit {
	const struct opn_unit *unit;
	size_t wanted; /* index of its --function */
	struct opn_proof *proofs;
	size_t proof_count;
	bool refused;		    /* said already why; not to be written */
	struct opn_diags *warnings; /* told if the choice falls on it; several sources */
};

/* One SOURCE and all that is kept of it; filled by one thread. */
struct extract_source {
	const char *path; /* as given */
	const struct opn_command *commands;
	size_t command_count;
	struct opn_arena *arena;
	struct opn_diags *diags;
	bool opened;			/* it compiled */
	struct opn_function *functions; /* all that can be extracted */
	size_t function_count;
	struct extract_unit *units;
	size_t unit_count;
	struct opn_diags **absent; /* per --function: why this source has none; several sources */
	const char *const *inputs; /* the project's files that were read */
	const char *const *dependencies; /* all files that were read; with --depfile */
	const char *dump;
	bool done;
};

/* A function and its rank among all functions of all sources. */
struct extract_index {
	const struct opn_function *function;
	size_t order;
};

struct extract_run {
	const struct extract_options *options;
	struct opn_extract_options extract;
	const char *root; /* absolute */
	struct opn_hookdefs *hookdefs;
	struct opn_diags *diags; /* those of the run as a whole */
	struct extract_source *sources;
	size_t source_count;
	struct extract_index *index; /* all functions, by name */
	size_t index_count;
};

/* Whether units are to be cut out at all. */
bool extract_wants_units(const struct extract_options *options);

/* Works on one source: parse, cut, prove. Touches nothing but the source. */
void extract_source_work(const struct extract_run *run, struct extract_source *source);

/* Whether a function is what the user asked for: its name, or FILE:LINE inside it. */
bool extract_function_matches(const struct opn_function *function, const char *wanted);

/* Proves a unit against each command of its source and reports. */
void extract_prove(const struct extract_run *run, struct extract_source *source,
		   struct opn_prover *prover, struct extract_unit *unit);

/* Makes the index of functions, once all sources are done. */
void extract_make_index(struct extract_run *run);

/* Reports --function names that no source has, or that several have. */
void extract_choose(const struct extract_run *run);

/* The functions of a unit that have several definitions in the given sources; in the arena. */
const struct opn_duplicate *extract_duplicates(const struct extract_run *run,
					       struct opn_arena *arena, const struct opn_unit *unit,
					       size_t *count);
/* Reports each function with several definitions that a unit holds, once. */
void extract_warn_duplicates(const struct extract_run *run);

/* Writes all that was asked for. Reports; nothing partial is left. */
void extract_write(const struct extract_run *run);

/* Prints what --list asks for. */
void extract_print_list(const struct extract_run *run, FILE *out);
/* Prints the proofs of a source's units, one row a unit and command. */
void extract_print_proofs(const struct extract_source *source, FILE *out);

/* Prints text with control characters and invalid UTF-8 replaced, so that a name cannot steer a
 * terminal. Returns the number of columns. */
size_t extract_print_safe(FILE *out, const char *text);

#endif
