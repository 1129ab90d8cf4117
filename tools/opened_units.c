/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_units.c - the units of a spec: where they come from, and whether they are what was meant
 */
#include "opened.h"

#include <stdlib.h>
#include <string.h>

#include "driver/depfile.h"
#include "json.h"

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
	}
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

				if (!name || strcmp(entry->key, name) ||
				    (whole >= length &&
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
