/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose.h - what the files of opened-compose share
 *
 * opened-compose.c reads the options and the spec; compose_stage.c reads each stage's source,
 * moves it to the pipeline's hook and cuts it out; compose_apart.c sees to the choices in which
 * stages must differ; compose_names.c gives names that clash others; compose_fuse.c joins stages to
 * one source; compose_stack.c looks at how much stack they take; compose_emit.c makes what other
 * loaders are told, compose_image.c an image; compose_write.c writes the product.
 */
#ifndef OPN_COMPOSE_TOOL_H
#define OPN_COMPOSE_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base.h"
#include "cli.h"
#include "compose/composition.h"
#include "compose/deploy.h"
#include "diag.h"
#include "hookdef.h"
#include "output.h"
#include "pair.h"
#include "rewriters.h"

struct opn_output;

struct compose_options {
	struct opn_cli cli;
	struct opn_words inputs;	      /* a spec, or units */
	struct opn_words units;		      /* of the spec: NAME[:PROGRAM]=FILE */
	const char *mechanism, *hook, *name;  /* NULL: not given */
	unsigned int engine;		      /* enum opn_engine */
	const char *image;		      /* folder of an image, or NULL */
	struct opn_words programs, platforms; /* of the image */
	const char *graph;		      /* NULL: not given */
	bool check;
};

/* A stage while its text is made. */
struct compose_unit {
	struct opn_composed_hook *hook;
	struct opn_composed_stage *stage;
	struct opn_commands *commands;
	const char *root;	     /* of the stage's project, absolute */
	const struct opn_unit *unit; /* in the arena */
	struct opn_command command;  /* that compiles the unit's text */
	struct opn_source_text text;
	struct opn_stage *rewritten;
	const struct opn_rename *renames; /* of its symbols, in the product */
	size_t rename_count;
	char *const *externs; /* maps that another source defines, NULL-terminated */
	char *const *shared;  /* maps that are one with other stages', NULL-terminated */
	/* Compiles the one source of all stages, of the first of them. */
	struct opn_command fused;
};

struct compose_run {
	const struct compose_options *options;
	struct opn_arena *arena;
	struct opn_diags *diags;
	char *folder; /* of the hook tables */
	struct opn_hookdefs *hookdefs;
	struct opn_hook_runs *runs;
	struct opn_pairs *pairs;
	struct opn_places *places;
	struct opn_composition composition;
	struct opn_deploy_engine engine; /* where another loader is to have the pipeline */
	struct opn_deploy deploy;
	struct compose_unit *units; /* all stages of all hooks, in order */
	size_t unit_count;
	const char *base; /* the output folder, absolute */
};

/* Reads a stage's source and cuts its program out. Returns 0 or -errno (reported). */
int compose_read_stage(struct compose_run *run, struct compose_unit *unit);

/* What stages bring that were rewritten before, as far as a manifest stands beside their source. */
void compose_read_brought(struct compose_run *run);
/* Gives a stage that is rewritten its own word where stages must differ; what the user chose
 * stays. Returns 0 or -errno (reported). */
int compose_keep_apart(struct compose_run *run, const struct compose_unit *unit,
		       const struct opn_pair *pair);
/* Refuses stages that do not differ where they must. Returns 0 or -errno (reported). */
int compose_check_apart(struct compose_run *run);

/* Decides names and makes the stages' texts. Returns 0 or -errno (reported). */
int compose_make_texts(struct compose_run *run);

/* Puts all stages of a hook into one source. Returns 0 or -errno (reported). */
int compose_fuse(struct compose_run *run, struct opn_composed_hook *hook);
/* What became of their parses, a line for each stage. */
void compose_fuse_report(const struct compose_run *run, FILE *out);

/* Whether the kernel has the stack for stages that are functions of one program. header: the text
 * that the product's sources share. Returns 0 or -errno (reported). */
int compose_check_stack(struct compose_run *run, const struct opn_composed_hook *hook,
			const char *header);
/* A command that compiles the dispatcher, which is in no file: the first stage's, without what is
 * defined for it. */
const char *const *compose_dispatcher_argv(struct compose_run *run, const char *path);

/* What another loader is to be told, when one is asked for: the spec's wishes are read before the
 * texts are made (spec NULL: there is none), checked behind the stages, and added to the product.
 * Return 0 or -errno (reported). */
int compose_emit_read(struct compose_run *run, const char *spec);
int compose_emit_check(struct compose_run *run);
int compose_emit_add(struct compose_run *run, struct opn_output *output);

/* Writes the image of an object that was built: --image. Returns 0 or -errno (reported). */
int compose_image(struct compose_run *run);

/* Adds a text that was made, which is freed. Returns 0 or -errno (reported). */
int compose_add_text(struct opn_output *output, const char *path, char *text);

/* Writes the product, all or nothing. Returns 0 or -errno (reported). */
int compose_write(struct compose_run *run);

#endif
