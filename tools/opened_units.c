/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_units.c - the units of a spec: where they come from, and whether they are what was meant
 */
#include "opened.h"

#include <stdlib.h>
#include <string.h>

#include "driver/depfile.h"
#include "json.h"
#include "pair.h"

static const char *cache_folder(struct opn_arena *arena)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache && *cache == '/')
		return opn_arena_printf(arena, "%s/opened", cache);
	return opn_arena_printf(arena, "%s/.cache/opened", home && *home ? home : ".");
}

/* ---- flags that were found out: no trial where nothing it looked at has changed ---- */

static const char *inferred_path(struct opened_run *run, const struct opn_spec_unit *spec)
{
	return opn_arena_printf(run->arena, "%s/%s.flags.json", run->state_folder, spec->name);
}

static const char *inferred_step(struct opened_run *run, const struct opn_spec_unit *spec)
{
	return opn_arena_printf(run->arena, "infer %s", spec->name);
}

/* What the trials begin with. */
static const char *inferred_key(struct opened_run *run, const struct opn_spec_unit *spec)
{
	struct opn_buf all = { 0 };
	char hash[OPN_HASH_SIZE];

	opn_buf_printf(&all, "%s %s %s", run->salt, spec->path ?: spec->repository,
		       spec->revision ?: "");
	for (size_t i = 0; spec->flags && i < spec->flags->count; i++)
		opn_buf_printf(&all, "\n%s", spec->flags->word[i].text);
	for (size_t i = 0; i < spec->functions.count; i++)
		opn_buf_printf(&all, "\n%s", spec->functions.word[i].text);
	opn_hash_hex(all.data, all.length, hash);
	opn_buf_free(&all);
	return opn_arena_strdup(run->arena, hash);
}

static const char *const *known_flags(struct opened_run *run, const struct opn_spec_unit *spec)
{
	const char **flags;
	json_t *list;

	if (!spec->infer ||
	    !opn_record_fresh(run->state, inferred_step(run, spec), inferred_key(run, spec)))
		return NULL;
	list = opened_json(inferred_path(run, spec));
	flags = opn_arena_array(run->arena, json_array_size(list) + 1, sizeof(*flags));
	for (size_t i = 0; i < json_array_size(list); i++)
		flags[i] = opn_arena_strdup(run->arena, json_string_value(json_array_get(list, i)));
	json_decref(list);
	return *flags ? flags : NULL;
}

/* Notes the flags of a unit that was extracted with them, with all files that it was made of. */
static void keep_flags(struct opened_run *run, const struct opened_unit *unit)
{
	const char *path = inferred_path(run, unit->spec);
	const char *const products[] = { path, NULL };
	const char *const *inputs;
	char *text;

	if (!unit->spec->infer || !unit->extract->depfile)
		return;
	inputs = opn_depfile_read(unit->extract->depfile, unit->extract->folder ?: ".", run->arena);
	text = opn_json_text(opn_json_strings(unit->tree.flags));
	if (inputs && text && !opn_file_write(path, text, strlen(text)))
		opn_record_note(run->state, inferred_step(run, unit->spec),
				inferred_key(run, unit->spec), inputs, products, 0);
	free(text);
}

/* What a tree is walked for once, whatever the number of its units. */
static const char *find_headers(struct opened_run *run, const struct opened_unit *unit)
{
	const char *const *path;
	char hash[OPN_HASH_SIZE];
	struct opn_buf all = { 0 };

	if (!unit->has_tree || unit->tree.revision)
		return NULL;
	for (const struct opened_unit *other = run->units; other < unit; other++) {
		if (other->headers && !strcmp(other->tree.root, unit->tree.root))
			return other->headers;
	}
	path = opn_tree_sources(unit->tree.root, ".h", run->arena);
	for (; path && *path; path++)
		opn_buf_printf(&all, "%s\n", *path);
	opn_hash_hex(all.data ?: "", all.length, hash);
	opn_buf_free(&all);
	return opn_arena_strdup(run->arena, hash);
}

void opened_open_units(struct opened_run *run)
{
	const char *cache = cache_folder(run->arena);

	run->units = opn_arena_array(run->arena, run->spec.unit_count + 1, sizeof(*run->units));
	for (size_t u = 0; u < run->spec.unit_count; u++) {
		struct opened_unit *unit = &run->units[u];
		const struct opn_spec_unit *spec = &run->spec.units[u];

		unit->spec = spec;
		unit->extracted = opn_arena_printf(run->arena, "%s/" OPENED_UNITS "/%s",
						   run->output, spec->name);
		unit->final = spec->transform
				      ? opn_arena_printf(run->arena, "%s/" OPENED_REWRITTEN "/%s",
							 run->output, spec->name)
				      : unit->extracted;
		unit->has_tree = !opn_tree_open(spec, cache, run->clang, known_flags(run, spec),
						run->arena, run->diags, &unit->tree);
		unit->headers = find_headers(run, unit);
	}
}

/* ---- units of one pipeline ---- */

/* The option of this name that the unit is rewritten by, or NULL. */
static const struct opn_pair_option *find_option(const struct opn_pairs *pairs,
						 const struct opn_spec_transform *transform,
						 const char *name)
{
	size_t count;
	const struct opn_pair *const *all = opn_pairs_all(pairs, &count);

	for (size_t p = 0; p < count; p++) {
		const struct opn_pair_option *option;

		if (strcmp(all[p]->to, transform->to) ||
		    (transform->from && strcmp(all[p]->from, transform->from)))
			continue;
		option = opn_pair_option(all[p], name);
		if (option)
			return option;
	}
	return NULL;
}

/* The unit's stages are what the unit is. */
static void tell_stages(struct opened_run *run, const struct opened_unit *unit, const char *name,
			const char *word)
{
	const struct opn_composition *composition = run->spec.composition;

	for (size_t h = 0; h < composition->hook_count; h++) {
		for (size_t s = 0; s < composition->hooks[h].stage_count; s++) {
			struct opn_composed_stage *stage = &composition->hooks[h].stages[s];

			if (strcmp(stage->unit, unit->spec->name))
				continue;
			stage->brought = opn_choices_with(run->arena, stage->brought,
							  stage->brought_count, name, word);
			stage->brought_count++;
		}
	}
}

static void tell_given(struct opened_run *run)
{
	for (size_t u = 0; u < run->spec.unit_count; u++) {
		const struct opn_spec_transform *transform = run->spec.units[u].transform;

		for (size_t c = 0; transform && c < transform->choices.count; c++)
			tell_stages(run, &run->units[u], transform->choices.entry[c].key,
				    transform->choices.entry[c].value);
	}
}

/* All taken: it is as it would be alone, and opened-compose says that there are too many. */
static void choose_word(struct opened_run *run, const struct opn_pairs *pairs,
			struct opened_unit *unit, const struct opn_composed_stage *stage,
			const char *name)
{
	const struct opn_pair_option *option;
	const char *word;

	if (opn_stage_word(stage, name))
		return;
	option = find_option(pairs, unit->spec->transform, name);
	word = option ? opn_composition_free_word(run->spec.composition, option) : NULL;
	if (!word)
		return;
	word = opn_arena_strdup(run->arena, word);
	unit->apart = opn_choices_with(run->arena, unit->apart, unit->apart_count, name, word);
	unit->apart_count++;
	tell_stages(run, unit, name, word);
}

static void choose_words(struct opened_run *run, const struct opn_pairs *pairs,
			 const struct opn_composed_hook *hook,
			 const struct opn_composed_stage *stage)
{
	for (size_t u = 0; u < run->spec.unit_count; u++) {
		const char *const *name = hook->place->hook->apart;

		if (!run->spec.units[u].transform || strcmp(stage->unit, run->spec.units[u].name))
			continue;
		for (; name && *name; name++)
			choose_word(run, pairs, &run->units[u], stage, *name);
	}
}

int opened_keep_apart(struct opened_run *run)
{
	const struct opn_composition *composition = run->spec.composition;
	struct opn_hookdefs *hookdefs = NULL;
	struct opn_pairs *pairs = NULL;
	int error;

	if (!composition)
		return 0;
	error = opn_hookdefs_load(run->hookdefs, run->diags, &hookdefs);
	error = error ?: opn_pairs_load(run->hookdefs, hookdefs, NULL, 0, run->diags, &pairs);
	if (!error)
		tell_given(run);
	for (size_t h = 0; !error && h < composition->hook_count; h++) {
		for (size_t s = 0; s < composition->hooks[h].stage_count; s++)
			choose_words(run, pairs, &composition->hooks[h],
				     &composition->hooks[h].stages[s]);
	}
	opn_pairs_free(pairs);
	opn_hookdefs_free(hookdefs);
	return error;
}

static void check_resolved(struct opened_run *run, const struct opened_unit *unit)
{
	for (const char *const *program = unit->programs; program && *program; program++) {
		json_t *manifest = opened_manifest(run, unit->extracted, *program);
		const json_t *functions = json_object_get(manifest, "functions");
		size_t index;
		json_t *function;

		json_array_foreach(functions, index, function)
		{
			const char *name = json_string_value(json_object_get(function, "name"));
			const char *file = json_string_value(json_object_get(function, "file"));

			for (size_t i = 0; i < unit->spec->resolve.count; i++) {
				const struct opn_spec_entry *entry = &unit->spec->resolve.entry[i];
				size_t length = strcspn(entry->value, ":");
				size_t whole = file ? strlen(file) : 0;

				if (!name || strcmp(entry->key, name) || !length ||
				    (file && whole >= length &&
				     !strncmp(file + whole - length, entry->value, length)))
					continue;
				opn_diag(run->diags, OPN_DIAG_RESOLVE_OTHER, entry->loc,
					 unit->spec->name, name, file ?: "?", entry->value);
			}
		}
		json_decref(manifest);
	}
}

void opened_look_at_units(struct opened_run *run)
{
	for (size_t u = 0; u < run->spec.unit_count; u++) {
		struct opened_unit *unit = &run->units[u];
		bool made = unit->last->state == OPN_STEP_DONE ||
			    unit->last->state == OPN_STEP_UNCHANGED;

		if (!made)
			continue;
		keep_flags(run, unit);
		unit->programs = opened_programs(run, unit->final);
		check_resolved(run, unit);
	}
}
