/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_apart.c - choices of rewritten stages in which the stages of a pipeline must differ
 *
 * A stage that is rewritten here gets a word that no other has. One that was rewritten before says
 * its words in the manifest beside it, which others keep clear of; what it was compiled with is
 * what its macro says, whoever wrote that, and two stages with the same are refused.
 */
#include "compose.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define MANIFEST_LIMIT (64u << 20)
#define SOURCE_LIMIT   (64u << 20)

/* ---- what was chosen before ---- */

static void read_manifest(struct compose_run *run, const struct compose_unit *unit)
{
	struct opn_composed_stage *stage = unit->stage;
	const char *path = opn_arena_printf(run->arena, "%s.transform.json", stage->source);
	const char *to, *name;
	json_t *root, *word;
	size_t length;
	char *text;

	if (opn_file_read(path, MANIFEST_LIMIT, &text, &length))
		return;
	root = json_loadb(text, length, 0, NULL);
	free(text);
	to = json_string_value(json_object_get(root, "to"));
	if (to && !strcmp(to, unit->hook->place->hook->hook)) {
		json_object_foreach(json_object_get(root, "choices"), name, word)
		{
			if (!json_is_string(word))
				continue;
			stage->brought = opn_choices_with(
				run->arena, stage->brought, stage->brought_count,
				opn_arena_strdup(run->arena, name),
				opn_arena_strdup(run->arena, json_string_value(word)));
			stage->brought_count++;
		}
	}
	json_decref(root);
}

void compose_read_brought(struct compose_run *run)
{
	for (size_t u = 0; u < run->unit_count; u++)
		read_manifest(run, &run->units[u]);
}

/* ---- what is chosen now ---- */

static int too_many(struct compose_run *run, const struct opn_composed_stage *stage,
		    const char *choice)
{
	return opn_diag(run->diags, OPN_DIAG_PIPELINE_LIMIT, stage->loc,
			opn_arena_printf(run->arena,
					 "stage '%s' is one rewritten stage too many: each has a "
					 "'%s' of its own",
					 stage->name, choice));
}

int compose_keep_apart(struct compose_run *run, const struct compose_unit *unit,
		       const struct opn_pair *pair)
{
	struct opn_composed_stage *stage = unit->stage;

	/* What it is rewritten from says nothing. */
	stage->brought_count = 0;
	for (const char *const *name = unit->hook->place->hook->apart; name && *name; name++) {
		const struct opn_pair_option *option = opn_pair_option(pair, *name);
		const char *word;

		if (!option || opn_stage_word(stage, *name))
			continue;
		word = opn_composition_free_word(&run->composition, option);
		if (!word)
			return too_many(run, stage, *name);
		stage->choices = opn_choices_with(run->arena, stage->choices, stage->choice_count,
						  *name, word);
		stage->choice_count++;
	}
	return 0;
}

/* ---- what came of it ---- */

/* The value that a macro of the stage's own text is defined with; NULL: none. */
static const char *defined_value(struct compose_run *run, const struct compose_unit *unit,
				 const char *macro)
{
	const struct opn_item *item = NULL;
	const char *line, *at;
	char *text;
	size_t length;

	for (size_t i = 0; i < unit->unit->item_count; i++) {
		if (!strcmp(unit->unit->items[i].kind, "macro") &&
		    !strcmp(unit->unit->items[i].name, macro))
			item = &unit->unit->items[i];
	}
	if (!item || opn_file_read(opn_path_join(run->arena, unit->root, item->file), SOURCE_LIMIT,
				   &text, &length))
		return NULL;
	line = text;
	for (unsigned int l = 1; line && l < item->start_line; l++) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	at = line ? strstr(opn_arena_strndup(run->arena, line, strcspn(line, "\n")), macro) : NULL;
	free(text);
	if (!at)
		return NULL;
	at += strlen(macro);
	return at + strspn(at, " \t");
}

/* The option of this name of any pair that leads to the hook. */
static const struct opn_pair_option *find_option(const struct compose_run *run, const char *to,
						 const char *name)
{
	size_t count;
	const struct opn_pair *const *pairs = opn_pairs_all(run->pairs, &count);

	for (size_t p = 0; p < count; p++) {
		const struct opn_pair_option *option =
			strcmp(pairs[p]->to, to) ? NULL : opn_pair_option(pairs[p], name);

		if (option)
			return option;
	}
	return NULL;
}

/* The value that the stage was compiled with, or NULL. */
static const char *stage_value(struct compose_run *run, const struct compose_unit *unit,
			       const struct opn_pair_option *option)
{
	const struct opn_composed_stage *stage = unit->stage;
	const char *word;

	if (!strcmp(stage->from, unit->hook->place->hook->hook))
		return defined_value(run, unit, option->define);
	word = opn_stage_word(stage, option->name);
	return word ? opn_pair_option_value(option, word) : NULL;
}

static bool is_same(const char *a, const char *b)
{
	char *end_a, *end_b;
	unsigned long long x = strtoull(a, &end_a, 0), y = strtoull(b, &end_b, 0);

	return end_a != a && end_b != b ? x == y : !strcmp(a, b);
}

/* The first word whose value no stage was compiled with, or NULL. */
static const char *unused_word(struct compose_run *run, const struct opn_pair_option *option)
{
	for (const char *const *word = option->words; *word; word++) {
		const char *value = opn_pair_option_value(option, *word);
		bool is_used = false;

		for (size_t u = 0; u < run->unit_count && !is_used; u++) {
			const char *taken = stage_value(run, &run->units[u], option);

			is_used = taken && is_same(taken, value);
		}
		if (!is_used)
			return *word;
	}
	return NULL;
}

static int refuse(struct compose_run *run, const struct compose_unit *unit,
		  const struct compose_unit *other, const struct opn_pair_option *option)
{
	const struct opn_composed_stage *stage = unit->stage;
	const char *what = opn_arena_printf(run->arena, "stage '%s'", stage->name);
	const char *why = opn_arena_printf(run->arena, "its '%s' is that of stage '%s'",
					   option->name, other->stage->name);
	const char *word = unused_word(run, option);
	int error;

	if (!word)
		return too_many(run, stage, option->name);
	error = opn_diag(run->diags, OPN_DIAG_STAGE_REJECTED, stage->loc, what, why);
	opn_diag_note(run->diags, OPN_NOWHERE, "%s", option->why);
	opn_diag_note(run->diags, OPN_NOWHERE,
		      "give one of them another: '%s: \"%s\"' under 'transform' in the spec, or "
		      "'opened-transform --%s=%s'",
		      option->name, word, option->name, word);
	return error;
}

static int check_choice(struct compose_run *run, size_t u, const char *name)
{
	const struct compose_unit *unit = &run->units[u];
	const struct opn_pair_option *option =
		find_option(run, unit->hook->place->hook->hook, name);
	const char *value = option ? stage_value(run, unit, option) : NULL;

	for (size_t o = 0; value && o < u; o++) {
		const char *other = stage_value(run, &run->units[o], option);

		if (other && is_same(value, other))
			return refuse(run, unit, &run->units[o], option);
	}
	return 0;
}

int compose_check_apart(struct compose_run *run)
{
	int error = 0;

	for (size_t u = 0; u < run->unit_count; u++) {
		const char *const *name = run->units[u].hook->place->hook->apart;

		for (; name && *name; name++)
			error = check_choice(run, u, *name) ?: error;
	}
	return error;
}
