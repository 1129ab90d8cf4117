/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_clean.c - opened clean: what a spec's runs wrote, and nothing else; and after a run, what
 * the spec has made before and does not make any more
 *
 * Only files that the runs noted go, and only while they are what was written: what somebody
 * edited, or put beside them, stays and is named.
 */
#include "opened.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "driver/process.h"

struct clean_options {
	struct opn_cli cli;
	const char *spec;
};

static const struct argp_child children[] = {
	{ &opn_cli_plain_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct clean_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case ARGP_KEY_ARG:
		if (options->spec)
			argp_error(state, "one SPEC");
		options->spec = arg;
		return 0;
	case ARGP_KEY_END:
		options->spec = options->spec ?: OPENED_SPEC;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp clean_argp = {
	NULL,
	parse_option,
	"[SPEC]",
	"Remove what runs of a spec (default: " OPENED_SPEC ") wrote. What was edited since, or is "
	"somebody else's, stays.\v"
	"Exit status: 0 done, 1 something was edited and stays, 2 usage or configuration.",
	children,
	NULL,
	NULL,
};

/* The folder goes when it is empty, and those above it, up to the output. */
static void remove_folders(char *path, const char *output)
{
	char *slash;

	while ((slash = strrchr(path, '/')) && strlen(path) > strlen(output)) {
		*slash = '\0';
		if (rmdir(path))
			return;
	}
}

static int remove_product(struct opn_record *state, const char *output, const char *path,
			  const char *was)
{
	const char *now = opn_record_hash(state, path);
	char *copy;

	if (!opn_path_inside(output, path))
		return 0;
	if (now && strcmp(now, was)) {
		fprintf(stderr, "opened: '%s' was edited: it stays\n", path);
		return 1;
	}
	unlink(path);
	copy = opn_cli_format("%s", path);
	remove_folders(copy, output);
	free(copy);
	return 0;
}

void opened_clean_killed(const char *folder)
{
	/* clang::CompilerInstance::createOutputFile() */
	static const char pattern[] = "*-[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
				      "[0-9a-f].o.tmp";
	char *roots[] = { (char *)folder, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *entry;

	while (walk && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_F && !fnmatch(pattern, entry->fts_name, 0))
			unlink(entry->fts_path);
	}
	if (walk)
		fts_close(walk);
}

/* What make left, as the product's own Makefile knows it. */
static void make_clean(struct opn_record *state, const struct opn_product *product)
{
	const char *now = opn_record_hash(state, product->path);
	char *folder = opn_cli_format(
		"%.*s", (int)(opn_path_basename(product->path) - product->path), product->path);
	char *argv[] = { "make", "-s", "-C", folder, "-f", "Makefile", "clean", NULL };

	opened_clean_killed(folder);
	if (now && !strcmp(now, product->hash))
		opn_process_run(argv, NULL, NULL, NULL);
	free(folder);
}

static void remove_empty(const char *output)
{
	static const char *const folders[] = { OPENED_UNITS, OPENED_REWRITTEN, OPENED_PIPELINES,
					       OPENED_PROOFS, "" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		char *path = opn_cli_format("%s/%s", output, folders[i]);

		rmdir(path);
		free(path);
	}
}

/* Returns whether something was edited and stays. */
static bool remove_products(struct opn_record *state, const char *output,
			    const struct opn_product *list)
{
	bool kept = false;

	for (const struct opn_product *product = list; product; product = product->next) {
		if (opn_path_inside(output, product->path) &&
		    !strcmp(opn_path_basename(product->path), "Makefile"))
			make_clean(state, product);
	}
	for (const struct opn_product *product = list; product; product = product->next)
		kept |= remove_product(state, output, product->path, product->hash);
	return kept;
}

static int clean(const char *output, struct opn_arena *arena)
{
	char *folder = opn_cli_format("%s/" OPENED_STATE, output);
	struct opn_record *state = opn_record_open(folder);
	bool kept;

	if (!state)
		opn_cli_no_memory(NULL);
	kept = remove_products(state, output, opn_record_products(state, arena));
	opn_record_free(state);
	if (!kept) {
		opn_tree_remove(folder);
		remove_empty(output);
	}
	free(folder);
	return kept ? OPN_EXIT_REFUSED : OPN_EXIT_DONE;
}

/* ---- what a changed spec does not make any more ---- */

/* A step by its name in the record: "verify NAME", "verify NAME.PROGRAM", "verify PIPELINE.PLACE".
 */
static bool is_wanted(const struct opened_run *run, const char *step)
{
	const struct opn_composition *composition = run->spec.composition;
	const char *space = strchr(step, ' '), *name = space ? space + 1 : step;
	size_t stage = space ? (size_t)(space - step) : 0;
	struct opn_spec_unit *unit =
		opn_spec_unit(&run->spec, opn_arena_strndup(run->arena, name, strcspn(name, ".")));
	bool is_pipeline = composition && !strcmp(composition->name, name);

	if (!space)
		return true;
	if (!strncmp(step, "extract", stage))
		return unit;
	if (!strncmp(step, "infer", stage))
		return unit && unit->infer;
	if (!strncmp(step, "transform", stage))
		return unit && unit->transform;
	if (!strncmp(step, "compose", stage))
		return is_pipeline;
	if (!strncmp(step, "build", stage))
		return is_pipeline || (unit && composition);
	for (size_t h = 0; composition && h < composition->hook_count; h++)
		is_pipeline |=
			!strcmp(name, opn_arena_printf(run->arena, "%s.%s", composition->name,
						       composition->hooks[h].place->name));
	return run->spec.verify && ((unit && unit->transform) || is_pipeline);
}

void opened_prune(struct opened_run *run, const struct opn_product *before)
{
	const struct opn_product *now, *same;
	struct opn_product *gone = NULL;

	for (const struct opn_product *product = before; product; product = product->next) {
		if (!is_wanted(run, product->step))
			opn_record_remove(run->state, product->step);
	}
	now = opn_record_products(run->state, run->arena);
	for (const struct opn_product *product = before; product; product = product->next) {
		struct opn_product *copy;

		for (same = now; same && strcmp(same->path, product->path);)
			same = same->next;
		if (same)
			continue;
		copy = opn_arena_alloc(run->arena, sizeof(*copy));
		*copy = *product;
		copy->next = gone;
		gone = copy;
	}
	if (gone)
		remove_products(run->state, run->output, gone);
}

int opened_clean_command(int argc, char **argv)
{
	struct clean_options options = { 0 };
	struct opened_run run = { .lock = -1 };
	char here[4096];
	int status = OPN_EXIT_USAGE;

	options.cli.output_help = "Clean OUT, where runs wrote, instead of the spec's 'output'";
	opn_cli_parse(&options.cli, &clean_argp, argc, argv, &options);
	run.arena = opn_arena_new(opn_cli_no_memory, NULL);
	run.diags = opn_diags_new();
	run.hookdefs = opn_cli_hookdefs(&options.cli);
	if (!run.arena || !run.diags)
		opn_cli_no_memory(NULL);
	if (!opn_hook_runs_load(run.hookdefs, run.diags, &run.runs) &&
	    !opn_places_load(run.hookdefs, run.runs, run.diags, &run.places) &&
	    !opn_spec_read(options.spec, run.places, run.arena, run.diags, &run.spec))
		status = clean(opn_path_join(run.arena, getcwd(here, sizeof(here)) ?: ".",
					     options.cli.output ?: run.spec.output),
			       run.arena);
	opn_diags_print(run.diags, stderr, opn_cli_coloured(&options.cli), options.cli.quiet);
	opn_places_free(run.places);
	opn_hook_runs_free(run.runs);
	opn_diags_free(run.diags);
	opn_arena_free(run.arena);
	free(run.hookdefs);
	return status;
}
