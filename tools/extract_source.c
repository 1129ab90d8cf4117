/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * extract_source.c - one source, start to end: parse it, cut the wanted functions out, prove them
 *
 * Runs on a thread of its own and touches nothing but its struct extract_source, so that what is
 * reported does not depend on how many threads there are. With several sources a --function that
 * one of them does not have is no error yet: extract_choose.c sees all of them and decides.
 */
#include "extract.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool extract_wants_units(const struct extract_options *options)
{
	return options->cli.output || options->manifest || options->graph || options->prove ||
	       (options->dump_after && (options->all || options->functions.count));
}

/* Whether one path is the end of the other, whole components only. */
static bool same_ending(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b);

	if (a_length < b_length)
		return same_ending(b, a);
	if (strcmp(a + a_length - b_length, b) != 0)
		return false;
	return a_length == b_length || *b == '/' || a[a_length - b_length - 1] == '/';
}

/* Splits "FILE:LINE": returns the line and sets *length to FILE's, or returns 0. */
static unsigned long split_place(const char *wanted, size_t *length)
{
	const char *colon = strrchr(wanted, ':');
	unsigned long line;
	char *end;

	if (!colon || !isdigit((unsigned char)colon[1]))
		return 0;
	line = strtoul(colon + 1, &end, 10);
	if (*end)
		return 0;
	*length = (size_t)(colon - wanted);
	return line;
}

bool extract_function_matches(const struct opn_function *function, const char *wanted)
{
	size_t length = 0;
	unsigned long line = split_place(wanted, &length);
	char *file;
	bool same;

	if (!line)
		return !strcmp(function->name, wanted);
	if (line < function->start_line || line > function->end_line)
		return false;
	file = strndup(wanted, length);
	if (!file)
		opn_cli_no_memory(NULL);
	same = same_ending(function->file, strncmp(file, "./", 2) ? file : file + 2);
	free(file);
	return same;
}

static bool has_function(const struct extract_source *source, const char *wanted)
{
	for (size_t i = 0; i < source->function_count; i++) {
		if (extract_function_matches(&source->functions[i], wanted))
			return true;
	}
	return false;
}

static void keep_functions(struct extract_source *source, const struct opn_extraction *extraction)
{
	size_t count;
	const struct opn_function *functions = opn_extraction_functions(extraction, &count);

	source->functions = opn_arena_array(source->arena, count + 1, sizeof(*source->functions));
	for (size_t i = 0; i < count; i++) {
		if (functions[i].is_external)
			continue;
		unit_copy_function(source->arena, &source->functions[source->function_count++],
				   &functions[i]);
	}
}

static bool same_unit(const struct opn_unit *a, const struct opn_unit *b)
{
	return !strcmp(a->files[0].path, b->files[0].path) &&
	       a->files[0].length == b->files[0].length &&
	       !memcmp(a->files[0].text, b->files[0].text, a->files[0].length);
}

static void keep_unit(struct extract_source *source, const struct opn_unit *unit, size_t wanted,
		      struct opn_diags *warnings)
{
	/* "--function=f --function=a.c:3" may name one function twice. */
	for (size_t i = 0; i < source->unit_count; i++) {
		if (same_unit(source->units[i].unit, unit)) {
			opn_diags_free(warnings);
			return;
		}
	}
	source->units[source->unit_count].unit = unit_copy(source->arena, unit);
	source->units[source->unit_count].wanted = wanted;
	source->units[source->unit_count].warnings = warnings;
	source->unit_count++;
}

static bool is_repeated(const struct extract_source *source, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (source->functions[i].is_program &&
		    !strcmp(source->functions[i].name, source->functions[index].name))
			return true;
	}
	return false;
}

static void cut_programs(const struct extract_run *run, struct extract_source *source,
			 struct opn_extraction *extraction)
{
	bool found = false;

	source->units =
		opn_arena_array(source->arena, source->function_count + 1, sizeof(*source->units));
	for (size_t i = 0; i < source->function_count; i++) {
		const struct opn_unit *unit;

		if (!source->functions[i].is_program)
			continue;
		found = true;
		if (opn_cli_interrupted())
			return;
		/* Variants of one program under #ifdef are one unit. */
		if (is_repeated(source, i))
			continue;
		if (!opn_extraction_unit(extraction, source->functions[i].name, source->diags,
					 &unit))
			keep_unit(source, unit, 0, NULL);
	}
	if (!found && run->source_count == 1)
		opn_diag(source->diags, OPN_DIAG_PROGRAMS_NONE, OPN_NOWHERE, source->path);
}

static void cut_functions(const struct extract_run *run, struct extract_source *source,
			  struct opn_extraction *extraction)
{
	const struct opn_words *wanted = &run->options->functions;

	source->units = opn_arena_array(source->arena, wanted->count + 1, sizeof(*source->units));
	source->absent = opn_arena_array(source->arena, wanted->count + 1, sizeof(*source->absent));
	for (size_t i = 0; i < wanted->count; i++) {
		struct opn_diags *diags = source->diags, *own = NULL;
		const struct opn_unit *unit;

		if (run->source_count > 1) {
			diags = own = opn_diags_new();
			if (!own)
				opn_cli_no_memory(NULL);
			if (!has_function(source, wanted->word[i])) {
				source->absent[i] = own;
				own = NULL;
			}
		}
		if (!opn_extraction_unit(extraction, wanted->word[i], diags, &unit)) {
			keep_unit(source, unit, i, own);
		} else if (own) {
			opn_diags_move(source->diags, own);
			opn_diags_free(own);
		}
	}
}

static void prove_units(const struct extract_run *run, struct extract_source *source)
{
	struct opn_prover *prover = opn_prover_new();

	if (!prover)
		opn_cli_no_memory(NULL);
	for (size_t i = 0; i < source->unit_count && !opn_cli_interrupted(); i++)
		extract_prove(run, source, prover, &source->units[i]);
	opn_prover_free(prover);
}

void extract_source_work(const struct extract_run *run, struct extract_source *source)
{
	const struct extract_options *options = run->options;
	struct opn_extraction *extraction;

	if (opn_extraction_open(source->commands, source->command_count, run->root, &run->extract,
				source->diags, &extraction))
		return;
	source->opened = true;
	keep_functions(source, extraction);
	if (extract_wants_units(options)) {
		if (options->all)
			cut_programs(run, source, extraction);
		else
			cut_functions(run, source, extraction);
	}
	source->inputs = unit_copy_words(source->arena, opn_extraction_inputs(extraction));
	if (options->depfile)
		source->dependencies =
			unit_copy_words(source->arena, opn_extraction_dependencies(extraction));
	source->dump = opn_arena_strdup(source->arena, opn_extraction_dump(extraction));
	opn_extraction_free(extraction);
	if (options->prove)
		prove_units(run, source);
}
