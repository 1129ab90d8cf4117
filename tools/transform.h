/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * transform.h - what the files of opened-transform share
 *
 * opened-transform.c reads the options and runs the stages; transform_write.c writes the rewritten
 * files and the shim header, transform_build.c what builds them; transform_diff.c shows what would
 * change; transform_prove.c has it proved; transform_check.c tells what stands against it;
 * transform_report.c writes the manifest.
 */
#ifndef OPN_TRANSFORM_TOOL_H
#define OPN_TRANSFORM_TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base.h"
#include "cli.h"
#include "diag.h"
#include "hookdef.h"
#include "pair.h"
#include "rewriters.h"

/* Choices that a pair may offer, by the names of their options. */
enum transform_choice {
	CHOICE_FIDELITY,
	CHOICE_PASS,
	CHOICE_VLAN,
	CHOICE_LINEAR,
	CHOICE_GUARD,
	CHOICE_BUFFERS,
	CHOICE_COUNT,
};

extern const char *const transform_choice_names[CHOICE_COUNT];

struct transform_options {
	struct opn_cli cli;
	struct opn_words sources, functions, accept;
	const char *to, *from; /* NULL: not given */
	const char *choice[CHOICE_COUNT];
	const char *manifest, *fixes, *depfile; /* NULL: not given */
	bool check, dry_run, in_place, explain, prove, keep_going, modernize;
};

/* One SOURCE. */
struct transform_source {
	const char *path; /* as given */
	const struct opn_command *commands;
	size_t command_count;
	struct opn_transformation *transformation;
	struct opn_diags *diags;
	int error;
	json_t *proofs; /* reports of the prover by program, or NULL */
};

struct transform_run {
	const struct transform_options *options;
	struct opn_arena *arena;
	struct opn_hookdefs *hookdefs;
	struct opn_pairs *pairs;
	char *folder; /* of the tables */
	const char *root;
	const char *shim_folder; /* absolute: the deepest that holds all sources */
	struct opn_diags *diags;
	struct transform_source *sources;
	size_t source_count;
};

/* The text of a pair's shim header with the choices that were made, in *out, which the caller
 * frees; for a test run with those that a test run needs. Reports and returns -errno. */
int transform_shim(const struct transform_run *run, const struct opn_pair *pair, bool test_run,
		   char **out);

/* Writes the products of all sources. Reports; nothing partial is left. */
int transform_write(const struct transform_run *run);

struct opn_output;

/* Whether a folder outside the root that one of the source's commands searches holds the file. */
bool transform_is_searched(const struct transform_run *run, const struct transform_source *source,
			   const char *path);
/* Adds what builds a tree; base is the project's folder, with a slash behind it, that the tree
 * stands for. Reports and returns -errno. */
int transform_add_build_files(const struct transform_run *run, const char *base,
			      struct opn_output *output);

/* Prints what would change as unified diffs. Reports and returns -errno. */
int transform_diff(const struct transform_run *run);

/* The manifest of a source's transformation, which the caller frees. */
char *transform_manifest(const struct transform_run *run, const struct transform_source *source);

/* Compares each program with its original; fills source->proofs. Reports and returns -errno when
 * one is not equivalent. */
int transform_prove(struct transform_run *run, struct transform_source *source);

/* Prints what --check asks for: a table on a terminal, else JSON. */
void transform_print_check(const struct transform_run *run);

/* Prints the rule of each change. */
void transform_explain(const struct transform_run *run);

#endif
