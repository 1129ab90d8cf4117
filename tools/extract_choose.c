/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * extract_choose.c - what no single source can decide: a --function that none or several have
 *
 * Nothing is guessed. Definitions at one place (a header that several sources include) are one
 * definition as long as their tokens are equal; any others are candidates, and the user is told
 * what to write to choose.
 */
#include "extract.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct candidates {
	const struct opn_function **at;
	size_t count;
};

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_place(const struct opn_function *a, const struct opn_function *b)
{
	return a->start_line == b->start_line && same_text(a->file, b->file) &&
	       same_text(a->hash, b->hash);
}

static void add_candidate(struct candidates *list, const struct opn_function *function)
{
	for (size_t i = 0; i < list->count; i++) {
		if (same_place(list->at[i], function))
			return;
	}
	list->at[list->count++] = function;
}

/* By name; functions of one name stay in the order of the sources. */
static int compare_index(const void *a, const void *b)
{
	const struct extract_index *left = a, *right = b;
	int order = strcmp(left->function->name, right->function->name);

	if (order)
		return order;
	return left->order < right->order ? -1 : left->order > right->order;
}

static int compare_name(const void *name, const void *element)
{
	const struct extract_index *index = element;

	return strcmp(name, index->function->name);
}

void extract_make_index(struct extract_run *run)
{
	size_t count = 0;

	for (size_t i = 0; i < run->source_count; i++)
		count += run->sources[i].function_count;
	run->index = opn_cli_alloc(count, sizeof(*run->index));
	for (size_t i = 0; i < run->source_count; i++) {
		for (size_t j = 0; j < run->sources[i].function_count; j++) {
			run->index[run->index_count] =
				(struct extract_index){ &run->sources[i].functions[j],
							run->index_count };
			run->index_count++;
		}
	}
	qsort(run->index, run->index_count, sizeof(*run->index), compare_index);
}

/* All definitions of a name in all sources; the caller frees .at. */
static struct candidates find_by_name(const struct extract_run *run, const char *name)
{
	const struct extract_index *end = run->index + run->index_count, *first, *last;
	struct candidates list = { NULL, 0 };

	first = bsearch(name, run->index, run->index_count, sizeof(*first), compare_name);
	if (!first)
		return list;
	for (last = first + 1; last < end && !compare_name(name, last); last++)
		;
	while (first > run->index && !compare_name(name, first - 1))
		first--;
	list.at = opn_cli_alloc((size_t)(last - first), sizeof(*list.at));
	for (; first < last; first++)
		add_candidate(&list, first->function);
	return list;
}

/* All definitions in all sources that match NAME or FILE:LINE; the caller frees .at. */
static struct candidates find_candidates(const struct extract_run *run, const char *wanted)
{
	struct candidates list = { NULL, 0 };

	if (!strchr(wanted, ':'))
		return find_by_name(run, wanted);
	list.at = opn_cli_alloc(run->index_count, sizeof(*list.at));
	for (size_t i = 0; i < run->source_count; i++) {
		for (size_t j = 0; j < run->sources[i].function_count; j++) {
			if (extract_function_matches(&run->sources[i].functions[j], wanted))
				add_candidate(&list, &run->sources[i].functions[j]);
		}
	}
	return list;
}

static bool all_identical(const struct candidates *list)
{
	for (size_t i = 1; i < list->count; i++) {
		if (!same_text(list->at[0]->hash, list->at[i]->hash))
			return false;
	}
	return true;
}

static struct opn_loc place_of(const struct opn_function *function)
{
	return (struct opn_loc){ function->file, function->start_line, function->column,
				 function->column ? 1 : 0 };
}

static void note_candidates(struct opn_diags *diags, const struct candidates *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct opn_function *function = list->at[i];
		const char *verdict = "";

		if (i)
			verdict = same_text(function->hash, list->at[0]->hash)
					  ? ", identical to the first"
					  : ", differs from the first";
		opn_diag_note(diags, place_of(function), "candidate '%s', tokens %s%s",
			      function->signature ? function->signature : function->name,
			      function->hash ? function->hash : "unknown", verdict);
	}
}

/* A YAML scalar for any text: JSON strings are YAML. The caller frees it. */
static char *yaml_word(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
	json_t *string;
	char *quoted;

	if (*text && *text != '-' && strspn(text, plain) == strlen(text))
		return opn_cli_format("%s", text);
	string = json_string(text);
	quoted = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;
	json_decref(string);
	return quoted ? quoted : opn_cli_format("\"?\"");
}

static void report_ambiguous(const struct extract_run *run, const char *wanted,
			     const struct candidates *list)
{
	const char *name = list->at[0]->name;

	opn_diag(run->diags, OPN_DIAG_FUNCTION_AMBIGUOUS, OPN_NOWHERE, name, list->count);
	note_candidates(run->diags, list);
	for (size_t i = 0; i < list->count; i++) {
		char *file = yaml_word(list->at[i]->file);

		opn_diag_note(run->diags, OPN_NOWHERE, "%s in the spec: 'resolve: {%s: %s}'",
			      i ? "or" : "to choose, write", name, file);
		free(file);
	}
	opn_diag_note(run->diags, OPN_NOWHERE, "or here: '--function=%s:%u' instead of '%s'",
		      list->at[0]->file, list->at[0]->start_line, wanted);
}

/* Units of a refused choice are not written. */
static void refuse_units(const struct extract_run *run, size_t wanted)
{
	for (size_t i = 0; i < run->source_count; i++) {
		for (size_t j = 0; j < run->sources[i].unit_count; j++) {
			if (run->sources[i].units[j].wanted == wanted)
				run->sources[i].units[j].refused = true;
		}
	}
}

/* Of one definition that several sources see, the first source's unit is written. */
static void keep_first_unit(const struct extract_run *run, size_t wanted)
{
	bool kept = false;

	for (size_t i = 0; i < run->source_count; i++) {
		for (size_t j = 0; j < run->sources[i].unit_count; j++) {
			struct extract_unit *unit = &run->sources[i].units[j];

			if (unit->wanted != wanted)
				continue;
			if (kept)
				unit->refused = true;
			kept = true;
		}
	}
}

/* No source has it: the most telling of the reasons is given, else that of the first source. */
static void report_missing(const struct extract_run *run, size_t wanted)
{
	struct opn_diags *first = NULL, *best = NULL;
	size_t searched = 0;

	for (size_t i = 0; i < run->source_count; i++) {
		struct opn_diags *absent =
			run->sources[i].absent ? run->sources[i].absent[wanted] : NULL;

		if (!absent)
			continue;
		searched++;
		if (!first)
			first = absent;
		if (!best && !opn_diags_count_id(absent, OPN_DIAG_FUNCTION_MISSING))
			best = absent;
	}
	if (!first)
		return;
	opn_diags_move(run->diags, best ? best : first);
	if (!best && searched > 1)
		opn_diag_note(run->diags, OPN_NOWHERE, "nor in the %zu other sources",
			      searched - 1);
}

static void tell_warnings(const struct extract_run *run)
{
	for (size_t i = 0; i < run->source_count; i++) {
		for (size_t j = 0; j < run->sources[i].unit_count; j++) {
			const struct extract_unit *unit = &run->sources[i].units[j];

			if (!unit->refused && unit->warnings)
				opn_diags_move(run->diags, unit->warnings);
		}
	}
}

void extract_choose(const struct extract_run *run)
{
	const struct opn_words *functions = &run->options->functions;

	if (run->source_count < 2 || run->options->all || !extract_wants_units(run->options))
		return;
	for (size_t i = 0; i < functions->count; i++) {
		struct candidates list = find_candidates(run, functions->word[i]);

		if (!list.count) {
			report_missing(run, i);
		} else if (list.count > 1) {
			report_ambiguous(run, functions->word[i], &list);
			refuse_units(run, i);
		} else {
			keep_first_unit(run, i);
		}
		free(list.at);
	}
	tell_warnings(run);
}

/* Alternatives under the project's own conditionals are all in the unit: nothing is to be chosen.
 */
static bool all_in_unit(const struct candidates *list, const struct opn_unit *unit)
{
	for (size_t i = 0; i < list->count; i++) {
		bool found = false;

		for (size_t j = 0; j < unit->function_count; j++)
			found |= !strcmp(list->at[i]->name, unit->functions[j].name) &&
				 !strcmp(list->at[i]->file, unit->functions[j].file) &&
				 list->at[i]->start_line == unit->functions[j].start_line;
		if (!found)
			return false;
	}
	return true;
}

static bool is_listed(const struct opn_duplicate *duplicates, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(duplicates[i].name, name))
			return true;
	}
	return false;
}

const struct opn_duplicate *extract_duplicates(const struct extract_run *run,
					       struct opn_arena *arena, const struct opn_unit *unit,
					       size_t *count)
{
	struct opn_duplicate *duplicates =
		opn_arena_array(arena, unit->function_count + 1, sizeof(*duplicates));

	*count = 0;
	for (size_t i = 0; i < unit->function_count; i++) {
		struct candidates list = find_by_name(run, unit->functions[i].name);
		struct opn_definition *definitions;

		if (list.count > 1 && !all_in_unit(&list, unit) &&
		    !is_listed(duplicates, *count, unit->functions[i].name)) {
			definitions = opn_arena_array(arena, list.count, sizeof(*definitions));
			for (size_t j = 0; j < list.count; j++) {
				const struct opn_function *function = list.at[j];

				definitions[j] = (struct opn_definition){
					.file = function->file,
					.start_line = function->start_line,
					.end_line = function->end_line,
					.signature = function->signature,
					.hash = function->hash,
				};
			}
			duplicates[(*count)++] = (struct opn_duplicate){
				.name = unit->functions[i].name,
				.identical = all_identical(&list),
				.definitions = definitions,
				.count = list.count,
			};
		}
		free(list.at);
	}
	return duplicates;
}

static bool is_warned(const struct opn_words *warned, const char *name)
{
	for (size_t i = 0; i < warned->count; i++) {
		if (!strcmp(warned->word[i], name))
			return true;
	}
	return false;
}

/* Programs of one name in several sources are several programs; for a helper it is a trap. */
static void warn_duplicate(const struct extract_run *run, const struct opn_unit *unit,
			   const struct opn_function *function, struct opn_words *warned)
{
	struct candidates list;

	if (function->is_program || is_warned(warned, function->name))
		return;
	list = find_by_name(run, function->name);
	if (list.count > 1 && !all_in_unit(&list, unit)) {
		opn_diag(run->diags, OPN_DIAG_FUNCTION_DUPLICATE, place_of(function),
			 function->name, list.count);
		note_candidates(run->diags, &list);
		opn_words_add(warned, (char *)function->name);
	}
	free(list.at);
}

void extract_warn_duplicates(const struct extract_run *run)
{
	struct opn_words warned = { NULL, 0 };

	for (size_t i = 0; i < run->source_count; i++) {
		for (size_t j = 0; j < run->sources[i].unit_count; j++) {
			const struct extract_unit *unit = &run->sources[i].units[j];

			for (size_t k = 0; !unit->refused && k < unit->unit->function_count; k++)
				warn_duplicate(run, unit->unit, &unit->unit->functions[k], &warned);
		}
	}
	free(warned.word);
}
