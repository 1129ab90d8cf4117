/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_stage.c - from a source to a stage's text: find the program, move it, cut it out
 *
 * What the pipeline's hook cannot run is rewritten for it first; then the program is extracted, so
 * that a stage is one file with nothing but what it needs. Nothing of it touches the disk.
 */
#include "compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit_copy.h"

static int unclear(struct compose_run *run, const struct compose_unit *unit, const char *why)
{
	return opn_diag(run->diags, OPN_DIAG_STAGE_UNCLEAR, unit->stage->loc, unit->stage->source,
			unit->stage->name, why);
}

/* ---- the compile command ---- */

static int find_command(struct compose_run *run, struct compose_unit *unit,
			const struct opn_command **out)
{
	const struct opn_composed_stage *stage = unit->stage;
	struct opn_commands_options options = run->options->cli.commands;
	char *sources[] = { opn_arena_strdup(run->arena, stage->source), NULL };
	int count;

	if (stage->flags) {
		size_t length = 0;
		char **flags;

		while (stage->flags[length])
			length++;
		flags = opn_arena_array(run->arena, length + 1, sizeof(*flags));
		for (size_t i = 0; i < length; i++)
			flags[i] = opn_arena_strdup(run->arena, stage->flags[i]);
		options.build_dir = NULL;
		options.flags = flags;
	} else if (stage->database) {
		options.build_dir = stage->database;
		options.flags = NULL;
	}
	count = opn_commands_load(&options, sources, run->diags, &unit->commands);
	if (count)
		return count;
	unit->root = opn_commands_root(unit->commands);
	count = opn_commands_find(unit->commands, stage->source, run->diags, out);
	if (count <= 0)
		return count ? count : -EINVAL;
	if (count > 1 && !stage->variant) {
		int error = unclear(run, unit, "it is compiled in several ways");

		opn_diag_note(run->diags, OPN_NOWHERE,
			      "say which: 'compile: {variant: N}', 1 to %d in the order of the "
			      "compile database",
			      count);
		return error;
	}
	if (stage->variant > (unsigned int)count)
		return unclear(run, unit, "it has no such variant");
	*out += stage->variant ? stage->variant - 1 : 0;
	return 0;
}

/* ---- the program ---- */

static struct opn_extract_options extract_options(const struct compose_run *run,
						  const struct opn_source_text *texts,
						  size_t text_count)
{
	return (struct opn_extract_options){
		.layout = OPN_LAYOUT_SINGLE,
		.hookdefs = run->hookdefs,
		.version = OPN_VERSION,
		.texts = texts,
		.text_count = text_count,
	};
}

/* Whether programs of this section run at the pipeline's place, and not behind a redirect. */
static bool fits_place(const struct compose_run *run, const struct compose_unit *unit,
		       const char *section)
{
	const struct opn_section_rule *rule = opn_hookdefs_section(run->hookdefs, section);
	const char *const *known = unit->hook->place->hook->sections;

	while (rule && *known && strcmp(*known, rule->section))
		known++;
	return rule && *known;
}

/* Whether it is a program of the pipeline's hook. One whose section no table knows was given its
 * hook by its own loader: it is at home where its context is, as the user wants it there. */
static bool is_at_home(const struct compose_unit *unit, const struct opn_function *function)
{
	const struct opn_hook_rules *rules = unit->hook->place->hook;
	size_t length = strlen(rules->context);
	const char *argument = strchr(function->signature, '(');

	if (function->hook)
		return !strcmp(function->hook, rules->hook);
	return argument && !strncmp(argument + 1, rules->context, length) &&
	       !strncmp(argument + 1 + length, " *", 2);
}

/* The program that is meant; NULL: reported. One that is at home at the pipeline's hook goes
 * before those that would have to be moved. */
static const struct opn_function *choose_program(struct compose_run *run,
						 const struct compose_unit *unit,
						 const struct opn_function *functions, size_t count)
{
	const char *wanted = unit->stage->program;
	const struct opn_function *home = NULL, *other = NULL;
	size_t at_home = 0, elsewhere = 0;

	for (size_t i = 0; i < count; i++) {
		if (!functions[i].is_program || (wanted && strcmp(functions[i].name, wanted)))
			continue;
		if (is_at_home(unit, &functions[i])) {
			if (!wanted && opn_hookdefs_section(run->hookdefs, functions[i].section) &&
			    !fits_place(run, unit, functions[i].section))
				continue;
			home = &functions[i];
			at_home++;
		} else {
			other = &functions[i];
			elsewhere++;
		}
	}
	if (at_home == 1)
		return home;
	if (!at_home && elsewhere == 1)
		return other;
	if (!at_home && !elsewhere) {
		if (wanted)
			opn_diag(run->diags, OPN_DIAG_FUNCTION_MISSING, unit->stage->loc, wanted,
				 unit->stage->source);
		else
			opn_diag(run->diags, OPN_DIAG_PROGRAMS_NONE, unit->stage->loc,
				 unit->stage->source);
		return NULL;
	}
	unclear(run, unit, "it has several programs");
	for (size_t i = 0; i < count; i++) {
		struct opn_loc loc = { functions[i].file, functions[i].start_line,
				       functions[i].column, 1 };

		if (!functions[i].is_program)
			continue;
		if (unit->stage->unit)
			opn_diag_note(run->diags, loc, "for this one say 'program: %s'",
				      functions[i].name);
		else
			opn_diag_note(run->diags, loc, "for this one say '%s:%s'",
				      unit->stage->source, functions[i].name);
	}
	return NULL;
}

/* ---- moving it ---- */

static int check_section(struct compose_run *run, const struct compose_unit *unit,
			 const struct opn_function *program)
{
	struct opn_loc loc = { program->file, program->start_line, program->column, 1 };
	const char *what, *why;

	/* A section that no table knows says nothing of the place. */
	if (!opn_hookdefs_section(run->hookdefs, program->section) ||
	    fits_place(run, unit, program->section))
		return 0;
	what = opn_arena_printf(run->arena, "program '%s'", program->name);
	why = opn_arena_printf(run->arena, "its section '%s' runs elsewhere than at '%s'",
			       program->section, unit->hook->place->name);
	return opn_diag(run->diags, OPN_DIAG_STAGE_REJECTED, loc, what, why);
}

static int check_choices(struct compose_run *run, const struct compose_unit *unit,
			 const struct opn_pair *pair)
{
	const struct opn_composed_stage *stage = unit->stage;

	for (size_t i = 0; i < stage->choice_count; i++) {
		const struct opn_pair_option *option =
			pair ? opn_pair_option(pair, stage->choices[i].name) : NULL;

		if (option && opn_pair_option_value(option, stage->choices[i].word))
			continue;
		return opn_diag(run->diags, OPN_DIAG_VALUE_INVALID, stage->loc,
				stage->choices[i].name,
				!pair	  ? "the stage is not transformed"
				: !option ? "the pair of hooks has no such choice"
					  : "the choice has no such word");
	}
	return 0;
}

static const char *folder_of(struct opn_arena *arena, const char *path)
{
	size_t length = (size_t)(opn_path_basename(path) - path);

	return opn_arena_strndup(arena, path, length > 1 ? length - 1 : length);
}

/* Rewrites the program for the pipeline's hook: *texts are the files that changed. */
static int move_program(struct compose_run *run, struct compose_unit *unit,
			const struct opn_command *command, const struct opn_function *program,
			struct opn_source_text **texts, size_t *text_count)
{
	struct opn_composed_stage *stage = unit->stage;
	const char *to = unit->hook->place->hook->hook;
	const struct opn_pair *pair =
		program->hook ? opn_pairs_find(run->pairs, program->hook, to) : NULL;
	char *functions[] = { opn_arena_strdup(run->arena, program->name), NULL };
	const char *source = opn_path_join(run->arena, command->directory, command->file);
	struct opn_transformation *transformation = NULL;
	const struct opn_transformed_file *files;
	struct opn_transform_options options = {
		.pairs = &pair,
		.pair_count = 1,
		.hookdefs = run->hookdefs,
		.functions = functions,
		.shims = opn_arena_printf(run->arena, "%s/shims", run->folder),
		.shim_folder = folder_of(run->arena, source),
	};
	size_t count;
	char *shim;
	int error;

	if (!pair) {
		error = opn_diag(run->diags, OPN_DIAG_PAIR_UNKNOWN, stage->loc,
				 program->hook ? program->hook : "unknown", to);
		opn_diag_note(run->diags, OPN_NOWHERE, "stage '%s' is program '%s' of '%s'",
			      stage->name, program->name, stage->source);
		return error;
	}
	error = check_choices(run, unit, pair);
	if (!error)
		error = compose_keep_apart(run, unit, pair);
	if (!error)
		error = opn_transform(command, 1, unit->root, &options, run->diags,
				      &transformation);
	if (!error)
		error = opn_pair_shim(pair, options.shims, stage->choices, stage->choice_count,
				      run->diags, &shim);
	if (error) {
		opn_transformation_free(transformation);
		return error;
	}
	stage->section = pair->section;
	files = opn_transformation_files(transformation, &count);
	*texts = opn_arena_array(run->arena, count + 1, sizeof(**texts));
	for (size_t i = 0; i < count; i++) {
		if (files[i].changed)
			(*texts)[(*text_count)++] = (struct opn_source_text){
				opn_arena_strdup(run->arena, files[i].absolute),
				opn_arena_strdup(run->arena, files[i].after),
			};
	}
	(*texts)[(*text_count)++] = (struct opn_source_text){
		opn_arena_printf(run->arena, "%s/%s", options.shim_folder, pair->shim),
		opn_arena_strdup(run->arena, shim),
	};
	free(shim);
	opn_transformation_free(transformation);
	return 0;
}

/* ---- cutting it out ---- */

/* The command that compiles the unit's text, which is in no file. */
static void make_command(struct compose_run *run, struct compose_unit *unit)
{
	static const char mark[] = "@ROOT@";
	const char *const *flags = unit->unit->flags[0];
	const char **argv, *path;
	size_t count = 0;

	while (flags[count])
		count++;
	argv = opn_arena_array(run->arena, count + 3, sizeof(*argv));
	argv[0] = "clang";
	for (size_t i = 0; i < count; i++) {
		const char *at = strstr(flags[i], mark);

		argv[i + 1] = at ? opn_arena_printf(run->arena, "%.*s%s%s", (int)(at - flags[i]),
						    flags[i], unit->root, at + sizeof(mark) - 1)
				 : flags[i];
	}
	path = opn_arena_printf(run->arena, "%s/%s.bpf.c", unit->root, unit->stage->id);
	argv[count + 1] = path;
	unit->command = (struct opn_command){ .file = path, .directory = unit->root, .argv = argv };
	unit->text = (struct opn_source_text){ path, unit->unit->files[0].text };
}

/* The unit's flags as seen from the product's folder. */
static const char *const *product_flags(struct compose_run *run, const struct compose_unit *unit)
{
	static const char mark[] = "@ROOT@";
	const char *root = opn_path_relative(run->arena, run->base, unit->root);
	const char *const *flags = unit->unit->flags[0];
	const char **out;
	size_t count = 0;

	while (flags[count])
		count++;
	out = opn_arena_array(run->arena, count + 1, sizeof(*out));
	for (size_t i = 0; i < count; i++) {
		const char *at = strstr(flags[i], mark);

		out[i] = at ? opn_arena_printf(run->arena, "%.*s%s/%s%s", (int)(at - flags[i]),
					       flags[i], mark, root, at + sizeof(mark) - 1)
			    : flags[i];
	}
	return out;
}

static int cut_program(struct compose_run *run, struct compose_unit *unit,
		       const struct opn_command *command, const char *program,
		       const struct opn_source_text *texts, size_t text_count)
{
	struct opn_extract_options options = extract_options(run, texts, text_count);
	struct opn_extraction *extraction;
	const struct opn_unit *found;
	int error = opn_extraction_open(command, 1, unit->root, &options, run->diags, &extraction);

	if (error)
		return error;
	error = opn_extraction_unit(extraction, program, run->diags, &found);
	if (!error)
		unit->unit = unit_copy(run->arena, found);
	opn_extraction_free(extraction);
	return error;
}

/* What the unit's functions call: helpers, or kfuncs. */
static const char *const *all_calls(struct compose_run *run, const struct opn_unit *unit,
				    bool kfuncs)
{
	size_t count = 0;
	const char **calls = NULL;

	for (size_t pass = 0; pass < 2; pass++) {
		if (pass)
			calls = opn_arena_array(run->arena, count + 1, sizeof(*calls));
		count = 0;
		for (size_t i = 0; i < unit->function_count; i++) {
			const char *const *call =
				kfuncs ? unit->functions[i].kfuncs : unit->functions[i].helpers;

			for (; call && *call; call++, count++)
				if (pass)
					calls[count] = *call;
		}
	}
	return calls;
}

/* A map that is to be an argument is none of the product's. */
static void keep_maps(struct compose_run *run, struct compose_unit *unit)
{
	struct opn_composed_stage *stage = unit->stage;
	struct opn_map *maps =
		opn_arena_array(run->arena, unit->unit->map_count + 1, sizeof(*maps));
	const char *note = unit->hook->note;

	for (size_t m = 0; m < unit->unit->map_count; m++) {
		const struct opn_map *map = &unit->unit->maps[m];

		if (note && !strcmp(map->name, note)) {
			stage->note = map;
			stage->note_size = opn_stage_note(unit->rewritten, note);
		} else {
			maps[stage->map_count++] = *map;
		}
	}
	stage->maps = maps;
}

static int keep_facts(struct compose_run *run, struct compose_unit *unit)
{
	struct opn_composed_stage *stage = unit->stage;
	const struct opn_stage_facts *facts = opn_stage_facts(unit->rewritten);

	stage->writes = facts->writes;
	stage->untyped = facts->untyped;
	stage->lock_sections = facts->lock_sections;
	stage->listed = facts->listed;
	stage->records = facts->records;
	stage->macros = facts->macros;
	stage->returns = facts->returns;
	stage->return_count = facts->return_count;
	keep_maps(run, unit);
	stage->helpers = all_calls(run, unit->unit, false);
	stage->kfuncs = all_calls(run, unit->unit, true);
	for (const char *const *helper = stage->helpers; helper && *helper; helper++) {
		enum opn_packet_effect effect = opn_hookdefs_packet(run->hookdefs, *helper);

		stage->leaves |= effect == OPN_PACKET_LEFT;
		if (effect == OPN_PACKET_LEFT || effect == OPN_PACKET_MOVED)
			stage->moves = *helper;
	}
	/* The program that it leaves for returns what it likes. */
	stage->returns_known = facts->returns_known && !stage->leaves;
	stage->license = unit->unit->license;
	stage->build_flags = product_flags(run, unit);
	if (!stage->license)
		return unclear(run, unit, "it has no licence (SEC(\"license\"))");
	return 0;
}

int compose_read_stage(struct compose_run *run, struct compose_unit *unit)
{
	struct opn_composed_stage *stage = unit->stage;
	struct opn_extract_options options = extract_options(run, NULL, 0);
	struct opn_source_text *texts = NULL;
	struct opn_extraction *extraction;
	const struct opn_function *functions, *program;
	const struct opn_command *command;
	size_t count, text_count = 0;
	int error = find_command(run, unit, &command);

	if (error)
		return error;
	error = opn_extraction_open(command, 1, unit->root, &options, run->diags, &extraction);
	if (error)
		return error;
	functions = opn_extraction_functions(extraction, &count);
	program = choose_program(run, unit, functions, count);
	if (!program) {
		opn_extraction_free(extraction);
		return -EINVAL;
	}
	stage->program = opn_arena_strdup(run->arena, program->name);
	stage->from = is_at_home(unit, program) ? unit->hook->place->hook->hook
						: opn_arena_strdup(run->arena, program->hook);
	stage->origin = opn_arena_printf(run->arena, "%s: %s", program->file, program->name);
	if (!is_at_home(unit, program)) {
		error = move_program(run, unit, command, program, &texts, &text_count);
	} else {
		const struct opn_unit *found;

		stage->section = opn_hookdefs_section(run->hookdefs, program->section)
					 ? opn_arena_strdup(run->arena, program->section)
					 : unit->hook->place->hook->sections[0];
		error = check_section(run, unit, program);
		if (!error)
			error = check_choices(run, unit, NULL);
		if (!error)
			error = opn_extraction_unit(extraction, program->name, run->diags, &found);
		if (!error)
			unit->unit = unit_copy(run->arena, found);
	}
	opn_extraction_free(extraction);
	if (!error && !unit->unit)
		error = cut_program(run, unit, command, stage->program, texts, text_count);
	if (error)
		return error;
	make_command(run, unit);
	error = opn_stage_open(&unit->command, unit->root, &unit->text, 1, stage->program,
			       run->diags, &unit->rewritten);
	return error ?: keep_facts(run, unit);
}
