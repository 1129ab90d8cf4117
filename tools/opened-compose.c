/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened-compose.c - make one dispatcher and one loader of an ordered pipeline
 */
#include "compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	KEY_MECHANISM = 0x100,
	KEY_HOOK,
	KEY_NAME,
	KEY_CHECK,
	KEY_GRAPH,
	KEY_EMIT,
	KEY_IMAGE,
	KEY_PROGRAM,
	KEY_PLATFORM,
	KEY_UNIT,
};

static const struct argp_option tool_options[] = {
	{ NULL, 0, NULL, 0, "What to compose:", 1 },
	{ "hook", KEY_HOOK, "PLACE", 0, "Where UNITs are to run: xdp, tc-ingress, tc-egress", 1 },
	{ "name", KEY_NAME, "NAME", 0,
	  "What the pipeline is called (default: as the spec, or as the output folder)", 1 },
	{ "unit", KEY_UNIT, "NAME[:PROGRAM]=FILE", 0,
	  "What the spec calls NAME is in FILE; repeatable", 1 },
	{ "mechanism", KEY_MECHANISM, "WAY", 0,
	  "How stages follow each other, whatever the spec says: auto, linked, fused, tail, tcx, "
	  "cls-bpf, libxdp",
	  1 },
	{ "emit", KEY_EMIT, "LOADER", 0,
	  "Who is to load it: c, the loader that is written with it (default); bpfman or l3af, for "
	  "which DIR/LOADER is written too",
	  1 },
	{ NULL, 0, NULL, 0, "Instead of writing:", 2 },
	{ "check", KEY_CHECK, NULL, 0, "Only tell what speaks against the pipeline", 2 },
	{ NULL, 0, NULL, 0, "Products:", 3 },
	{ "graph", KEY_GRAPH, "FILE", 0, "Write the pipeline as a graph for dot to FILE, too", 3 },
	{ NULL, 0, NULL, 0, "Instead of composing:", 3 },
	{ "image", KEY_IMAGE, "DIR", 0,
	  "Make an OCI image layout for bpfman of OBJECT; make image does it", 3 },
	{ "program", KEY_PROGRAM, "NAME:TYPE", 0,
	  "A program that the image's label names; repeatable", 3 },
	{ "platform", KEY_PLATFORM, "ARCH", 0,
	  "What the image is for, in Go's words (default: this machine); repeatable", 3 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp_child children[] = {
	{ &opn_cli_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static const char documentation[] =
	"Compose eBPF programs into one ordered pipeline: a dispatcher, the stages, and a loader "
	"that attaches, replaces, shows and counts them.\v"
	"SPEC.yaml has the key 'compose'. UNITs are sources, in the order in which they are to "
	"run, each with the name of its program where it has several; a program of another hook is "
	"rewritten for this one first. DIR gets the whole "
	"product: run make in it.\n\n"
	"Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 3 a decision is "
	"needed, 70 internal error.";

static bool is_spec(const char *path)
{
	const char *end = strrchr(path, '.');

	return end && (!strcmp(end, ".yaml") || !strcmp(end, ".yml"));
}

static void check_options(const struct compose_options *options, struct argp_state *state)
{
	size_t specs = 0;

	if (options->image) {
		if (options->inputs.count != 1 || options->cli.output || options->check)
			argp_error(state, "--image takes one OBJECT, and neither -o nor --check");
		return;
	}
	if (options->programs.count || options->platforms.count)
		argp_error(state, "--program and --platform are for --image");
	if (!options->inputs.count)
		argp_error(state, "no SPEC.yaml and no UNIT given");
	for (size_t i = 0; i < options->inputs.count; i++)
		specs += is_spec(options->inputs.word[i]);
	if (specs && options->inputs.count > 1)
		argp_error(state, "one SPEC.yaml, or UNITs");
	if (!specs && options->units.count)
		argp_error(state, "--unit is for a spec");
	if (specs && options->hook)
		argp_error(state, "--hook is for UNITs; a spec has its own");
	if (!specs && !options->hook)
		argp_error(state, "no place to run at: give --hook=PLACE");
	if (!options->check && !options->cli.output)
		argp_error(state, "no output: give -o DIR or --check");
	if (options->check && options->cli.output)
		argp_error(state, "-o and --check exclude each other");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct compose_options *options = state->input;

	switch (key) {
	case KEY_MECHANISM:
		options->mechanism = arg;
		return 0;
	case KEY_HOOK:
		options->hook = arg;
		return 0;
	case KEY_NAME:
		options->name = arg;
		return 0;
	case KEY_EMIT:
		options->engine = OPN_ENGINE_OWN;
		while (opn_engine_names[options->engine] &&
		       strcmp(opn_engine_names[options->engine], arg))
			options->engine++;
		if (!opn_engine_names[options->engine])
			argp_error(state, "--emit=%s: expected c, bpfman or l3af", arg);
		return 0;
	case KEY_UNIT:
		if (!strchr(arg, '=') || *arg == '=' || *arg == ':')
			argp_error(state, "--unit=%s: expected NAME=FILE", arg);
		opn_words_add(&options->units, arg);
		return 0;
	case KEY_IMAGE:
		options->image = arg;
		return 0;
	case KEY_PROGRAM:
		opn_words_add(&options->programs, arg);
		return 0;
	case KEY_PLATFORM:
		opn_words_add(&options->platforms, arg);
		return 0;
	case KEY_GRAPH:
		if (!*arg)
			argp_error(state, "--graph is empty");
		options->graph = arg;
		return 0;
	case KEY_CHECK:
		options->check = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!*arg)
			argp_error(state, "UNIT is empty");
		opn_words_add(&options->inputs, arg);
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case ARGP_KEY_END:
		check_options(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp tool_argp = {
	tool_options,  parse_option, "SPEC.yaml | UNIT[:PROGRAM]... [-- FLAGS]",
	documentation, children,     NULL,
	NULL,
};

/* ---- the composition ---- */

static int usage(struct compose_run *run, char *text)
{
	int error = opn_diag(run->diags, OPN_DIAG_USAGE, OPN_NOWHERE, text);

	free(text);
	return error;
}

/* "a.bpf.c:filter" is program filter of a.bpf.c, unless a file is called so. */
static void split_unit(struct compose_run *run, const char *word, struct opn_composed_stage *stage)
{
	const char *colon = strrchr(word, ':');

	stage->source = word;
	if (!colon || !colon[1] || strchr(colon, '/') || !access(word, F_OK))
		return;
	stage->source = opn_arena_strndup(run->arena, word, (size_t)(colon - word));
	stage->program = colon + 1;
}

/* Units of the command line, in the order in which they are given. */
static int from_units(struct compose_run *run)
{
	const struct compose_options *options = run->options;
	struct opn_composition *composition = &run->composition;
	struct opn_composed_hook *hook = opn_arena_alloc(run->arena, sizeof(*hook));

	*composition = (struct opn_composition){ .counts = true, .hooks = hook, .hook_count = 1 };
	hook->place = opn_places_find(run->places, options->hook);
	if (!hook->place) {
		const char *const *names = opn_places_names(run->places);
		const char *near = opn_suggest(options->hook, names);
		int error = usage(
			run, opn_cli_format("--hook=%s is no place to attach to", options->hook));

		if (near)
			opn_diag_note(run->diags, OPN_NOWHERE, "did you mean '%s'?", near);
		for (; *names; names++)
			opn_diag_note(run->diags, OPN_NOWHERE, "the tables know '%s'", *names);
		return error;
	}
	hook->id = opn_identifier(run->arena, hook->place->name);
	hook->mechanism = OPN_MECHANISM_LINKED;
	hook->next = hook->place->hook->next;
	hook->stage_count = options->inputs.count;
	hook->stages = opn_arena_array(run->arena, hook->stage_count, sizeof(*hook->stages));
	for (size_t s = 0; s < hook->stage_count; s++) {
		struct opn_composed_stage *stage = &hook->stages[s];
		size_t same = 0;

		split_unit(run, options->inputs.word[s], stage);
		stage->name = opn_stage_default_name(run->arena, stage->source);
		stage->id = opn_identifier(run->arena, stage->name);
		for (size_t b = 0; b < s; b++)
			same += !strcmp(hook->stages[b].source, stage->source) ||
				!strcmp(hook->stages[b].id, stage->id);
		if (same) {
			stage->name = opn_arena_printf(run->arena, "%s_%zu", stage->name, same + 1);
			stage->id = opn_identifier(run->arena, stage->name);
		}
	}
	return 0;
}

static int choose_mechanism(struct compose_run *run, struct opn_composed_hook *hook)
{
	const char *word = run->options->mechanism;
	const char *const *known = hook->place->hook->mechanisms;

	if (!word || !strcmp(word, "auto"))
		return 0;
	for (size_t m = 0; m < OPN_MECHANISM_COUNT; m++) {
		if (!known[m] || strcmp(known[m], word))
			continue;
		hook->mechanism = m;
		hook->why = NULL;
		return 0;
	}
	return usage(run, opn_cli_format("--mechanism=%s is not known at '%s'", word,
					 hook->place->name));
}

static bool has_dispatcher(const struct opn_composed_hook *hook)
{
	return !opn_hook_has_programs(hook) || hook->mechanism == OPN_MECHANISM_TAIL;
}

/* Names of all that is emitted. */
static void name_parts(struct compose_run *run)
{
	struct opn_composition *composition = &run->composition;
	bool single = composition->hook_count == 1;
	size_t u = 0;

	for (size_t h = 0; h < composition->hook_count; h++)
		run->unit_count += composition->hooks[h].stage_count;
	run->units = opn_arena_array(run->arena, run->unit_count, sizeof(*run->units));
	for (size_t h = 0; h < composition->hook_count; h++) {
		struct opn_composed_hook *hook = &composition->hooks[h];

		if (has_dispatcher(hook))
			hook->program = single ? composition->name
					       : opn_arena_printf(run->arena, "%s_%s",
								  composition->name, hook->id);
		for (size_t s = 0; s < hook->stage_count; s++) {
			struct opn_composed_stage *stage = &hook->stages[s];
			const char *unique =
				single ? stage->id
				       : opn_arena_printf(run->arena, "%s_%s", hook->id, stage->id);

			stage->function = opn_arena_printf(run->arena, "stage_%s", unique);
			stage->body = opn_arena_printf(run->arena, "%s_body", unique);
			stage->path = opn_arena_printf(run->arena, "stages/%s.bpf.c", unique);
			run->units[u++] = (struct compose_unit){ .hook = hook, .stage = stage };
		}
	}
}

static const char *absolute(struct compose_run *run, const char *path)
{
	char here[4096];

	if (!getcwd(here, sizeof(here)))
		*here = '\0';
	return opn_path_join(run->arena, here, path ? path : ".");
}

static int load_tables(struct compose_run *run)
{
	int error;

	run->folder = opn_cli_hookdefs(&run->options->cli);
	error = opn_hookdefs_load(run->folder, run->diags, &run->hookdefs);
	if (!error)
		error = opn_hook_runs_load(run->folder, run->diags, &run->runs);
	if (!error)
		error = opn_pairs_load(run->folder, run->hookdefs, NULL, 0, run->diags,
				       &run->pairs);
	return error ?: opn_places_load(run->folder, run->runs, run->diags, &run->places);
}

/* "decap:edge_decap=units/decap/edge_decap.bpf.c" */
static const struct opn_unit_source *unit_sources(struct compose_run *run)
{
	const struct opn_words *words = &run->options->units;
	struct opn_unit_source *units =
		opn_arena_array(run->arena, words->count + 1, sizeof(*units));

	for (size_t u = 0; u < words->count; u++) {
		const char *word = words->word[u], *file = strchr(word, '=');
		char *name = opn_arena_strndup(run->arena, word, (size_t)(file - word));
		char *program = strchr(name, ':');

		if (program)
			*program++ = '\0';
		units[u] = (struct opn_unit_source){ name, program, file + 1 };
	}
	return units;
}

static int read_composition(struct compose_run *run)
{
	const struct compose_options *options = run->options;
	struct opn_composition *composition = &run->composition;
	int error = is_spec(options->inputs.word[0])
			    ? opn_composition_read(options->inputs.word[0], run->places,
						   unit_sources(run), run->arena, run->diags,
						   composition)
			    : from_units(run);

	if (error)
		return error;
	run->base = absolute(run, options->cli.output);
	if (options->name || !composition->name)
		composition->name = opn_identifier(
			run->arena, options->name ? options->name : opn_path_basename(run->base));
	composition->version = OPN_VERSION;
	for (size_t h = 0; h < composition->hook_count; h++)
		error = choose_mechanism(run, &composition->hooks[h])
				?: opn_metadata_choose(&composition->hooks[h], run->diags)
				?: error;
	if (!error)
		error = compose_emit_read(
			run, is_spec(options->inputs.word[0]) ? options->inputs.word[0] : NULL);
	return error;
}

/* The programs' section has the flags that all stages have. */
static void choose_section(struct compose_run *run, struct opn_composed_hook *hook)
{
	const char *const *known = hook->place->hook->sections;
	unsigned int common = ~0u;

	for (size_t s = 0; s < hook->stage_count; s++) {
		const char *section = hook->stages[s].section;

		common &= opn_hookdefs_section(run->hookdefs, section)->flags;
	}
	hook->section = *known;
	for (; *known; known++) {
		const struct opn_section_rule *rule = opn_hookdefs_section(run->hookdefs, *known);

		if (!rule || rule->flags != common)
			continue;
		hook->section = *known;
		break;
	}
	for (size_t s = 0; s < hook->stage_count; s++) {
		const struct opn_composed_stage *stage = &hook->stages[s];
		const struct opn_section_rule *rule =
			opn_hookdefs_section(run->hookdefs, stage->section);

		if (rule && rule->flags != common)
			opn_diag(run->diags, OPN_DIAG_PIPELINE_SECTION, stage->loc, stage->name,
				 stage->section, hook->section);
	}
}

static int compose(struct compose_run *run)
{
	int error = load_tables(run);

	if (!error)
		error = read_composition(run);
	if (error)
		return error;
	name_parts(run);
	compose_read_brought(run);
	for (size_t u = 0; u < run->unit_count; u++)
		error = compose_read_stage(run, &run->units[u]) ?: error;
	if (!error)
		error = compose_check_apart(run);
	for (size_t h = 0; !error && h < run->composition.hook_count; h++)
		choose_section(run, &run->composition.hooks[h]);
	if (!error)
		error = opn_composition_license(&run->composition, run->diags,
						&run->composition.license);
	if (!error)
		error = opn_metadata_check(&run->composition, run->diags);
	if (!error)
		error = opn_composition_check(&run->composition, run->diags);
	if (!error)
		error = compose_make_texts(run);
	if (!error)
		error = compose_emit_check(run);
	if (!error)
		error = compose_write(run);
	if (!error && run->options->check)
		compose_fuse_report(run, stdout);
	return error;
}

int main(int argc, char **argv)
{
	struct compose_options options = { 0 };
	struct compose_run run = { .options = &options };
	int status;

	opn_cli_parse(&options.cli, &tool_argp, argc, argv, &options);
	run.arena = opn_arena_new(opn_cli_no_memory, NULL);
	run.diags = opn_diags_new();
	if (!run.arena || !run.diags)
		opn_cli_no_memory(NULL);
	opn_cli_raise_stack();
	if (options.image)
		compose_image(&run);
	else
		compose(&run);
	opn_diags_print(run.diags, stderr, opn_cli_coloured(&options.cli), options.cli.quiet);
	status = opn_cli_finish(&options.cli, run.diags);
	for (size_t u = 0; u < run.unit_count; u++) {
		opn_stage_free(run.units[u].rewritten);
		opn_commands_free(run.units[u].commands);
	}
	opn_places_free(run.places);
	opn_pairs_free(run.pairs);
	opn_hook_runs_free(run.runs);
	opn_hookdefs_free(run.hookdefs);
	opn_diags_free(run.diags);
	opn_arena_free(run.arena);
	free(run.folder);
	free(options.inputs.word);
	free(options.units.word);
	free(options.programs.word);
	free(options.platforms.word);
	free(options.cli.extra.word);
	free(options.cli.extra_before.word);
	return status;
}
