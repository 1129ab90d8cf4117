// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * manifest.c - the JSON beside a unit
 *
 * The order of keys is fixed and arrays keep the unit's order, so that the same unit gives the same
 * text. A key whose value is not known is null, never left out: a reader can tell "none" from "not
 * known". The one exception are the places of a proof's difference.
 */
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "hookdef.h"
#include "json.h"
#include "manifest.h"
#include "output.h"

const char *opn_proof_status_name(enum opn_proof_status status)
{
	switch (status) {
	case OPN_PROOF_IDENTICAL:
		return "identical";
	case OPN_PROOF_EXPLAINED:
		return "explained";
	case OPN_PROOF_DIFFERS:
		return "differs";
	case OPN_PROOF_SKIPPED:
		return "skipped";
	case OPN_PROOF_ERROR:
		return "error";
	}
	return "error";
}

const char *opn_proof_level_name(size_t level)
{
	static const char *const names[OPN_PROOF_LEVELS] = { "ir", "instructions", "btf", "object",
							     "verifier" };

	return level < OPN_PROOF_LEVELS ? names[level] : "unknown";
}

/* ---- functions and maps: the two arrays ---- */

static json_t *add_lines(json_t *object, const char *file, unsigned int start, unsigned int end)
{
	object = opn_json_set(object, "file", opn_json_string(file));
	object = opn_json_set(object, "start_line", json_integer(start));
	return opn_json_set(object, "end_line", json_integer(end));
}

static json_t *function_json(const struct opn_function *function)
{
	json_t *object = opn_json_set(json_object(), "name", opn_json_string(function->name));

	object = add_lines(object, function->file, function->start_line, function->end_line);
	object = opn_json_set(object, "signature", opn_json_string(function->signature));
	object = opn_json_set(object, "static", json_boolean(function->is_static));
	object = opn_json_set(object, "inline", json_boolean(function->is_inline));
	object = opn_json_set(object, "program", json_boolean(function->is_program));
	object = opn_json_set(object, "section", opn_json_string(function->section));
	object = opn_json_set(object, "hook", opn_json_string(function->hook));
	object = opn_json_set(object, "hash", opn_json_string(function->hash));
	object = opn_json_set(object, "callees", opn_json_strings(function->callees));
	object = opn_json_set(object, "helpers", opn_json_strings(function->helpers));
	object = opn_json_set(object, "kfuncs", opn_json_strings(function->kfuncs));
	return opn_json_set(object, "context_fields", opn_json_strings(function->context_fields));
}

static json_t *use_json(const struct opn_map_use *use)
{
	json_t *object = opn_json_set(json_object(), "function", opn_json_string(use->function));

	object = opn_json_set(object, "read", json_boolean(use->access & OPN_ACCESS_READ));
	return opn_json_set(object, "write", json_boolean(use->access & OPN_ACCESS_WRITE));
}

static json_t *map_json(const struct opn_map *map)
{
	json_t *object = opn_json_set(json_object(), "name", opn_json_string(map->name));
	json_t *access = json_array();

	for (size_t i = 0; i < map->use_count; i++)
		access = opn_json_append(access, use_json(&map->uses[i]));
	object = add_lines(object, map->file, map->start_line, map->end_line);
	object = opn_json_set(object, "type", opn_json_string(map->type));
	object = opn_json_set(object, "key", opn_json_string(map->key));
	object = opn_json_set(object, "value", opn_json_string(map->value));
	object = opn_json_set(object, "key_size", opn_json_string(map->key_size));
	object = opn_json_set(object, "value_size", opn_json_string(map->value_size));
	object = opn_json_set(object, "max_entries", opn_json_string(map->max_entries));
	object = opn_json_set(object, "flags", opn_json_string(map->flags));
	object = opn_json_set(object, "pinning", opn_json_string(map->pinning));
	object = opn_json_set(object, "inner", opn_json_string(map->inner));
	object = opn_json_set(object, "legacy", json_boolean(map->is_legacy));
	object = opn_json_set(object, "declared_only", json_boolean(map->is_declared_only));
	return opn_json_set(object, "access", access);
}

static json_t *functions_json(const struct opn_unit *unit)
{
	json_t *array = json_array();

	for (size_t i = 0; i < unit->function_count; i++)
		array = opn_json_append(array, function_json(&unit->functions[i]));
	return array;
}

static json_t *maps_json(const struct opn_unit *unit)
{
	json_t *array = json_array();

	for (size_t i = 0; i < unit->map_count; i++)
		array = opn_json_append(array, map_json(&unit->maps[i]));
	return array;
}

/* ---- what else the unit holds ---- */

enum item_group { ITEM_TYPE, ITEM_MACRO, ITEM_GLOBAL, ITEM_INCLUDE };

static enum item_group group_of(const struct opn_item *item)
{
	if (!strcmp(item->kind, "macro"))
		return ITEM_MACRO;
	if (!strcmp(item->kind, "variable"))
		return ITEM_GLOBAL;
	if (!strcmp(item->kind, "include"))
		return ITEM_INCLUDE;
	return ITEM_TYPE;
}

static json_t *items_json(const struct opn_unit *unit, enum item_group group)
{
	json_t *array = json_array();

	for (size_t i = 0; i < unit->item_count; i++) {
		const struct opn_item *item = &unit->items[i];
		json_t *object;

		if (group_of(item) != group)
			continue;
		object = opn_json_set(json_object(), "name", opn_json_string(item->name));
		object = opn_json_set(object, "kind", opn_json_string(item->kind));
		object = add_lines(object, item->file, item->start_line, item->end_line);
		array = opn_json_append(array, object);
	}
	return array;
}

static json_t *license_json(const struct opn_unit *unit)
{
	json_t *object = opn_json_set(json_object(), "spdx", opn_json_strings(unit->spdx));

	object = opn_json_set(object, "program", opn_json_string(unit->license));
	return opn_json_set(object, "copyrights", opn_json_strings(unit->copyrights));
}

typedef const char *const *word_list;

static word_list helpers_of(const struct opn_function *function)
{
	return function->helpers;
}

static word_list kfuncs_of(const struct opn_function *function)
{
	return function->kfuncs;
}

static word_list asked_of(const struct opn_function *function)
{
	return function->asked;
}

static word_list context_fields_of(const struct opn_function *function)
{
	return function->context_fields;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All words of the functions, sorted and once each; NULL-terminated, freed by the caller. */
static const char **collect(const struct opn_unit *unit,
			    word_list (*words)(const struct opn_function *))
{
	const char **list;
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < unit->function_count; i++) {
		for (word_list word = words(&unit->functions[i]); word && *word; word++)
			count++;
	}
	list = calloc(count + 1, sizeof(*list));
	if (!list)
		return NULL;
	count = 0;
	for (size_t i = 0; i < unit->function_count; i++) {
		for (word_list word = words(&unit->functions[i]); word && *word; word++)
			list[count++] = *word;
	}
	qsort(list, count, sizeof(*list), compare_words);
	for (size_t i = 0; i < count; i++) {
		if (!kept || strcmp(list[kept - 1], list[i]))
			list[kept++] = list[i];
	}
	list[kept] = NULL;
	return list;
}

static json_t *collect_json(const struct opn_unit *unit,
			    word_list (*words)(const struct opn_function *))
{
	const char **list = collect(unit, words);
	json_t *array = list ? opn_json_strings(list) : NULL;

	free(list);
	return array;
}

/* The newer of a kernel and the one that has the hook. */
static const char *newer(const struct opn_hookdefs *hookdefs, const char *kernel, const char *hook)
{
	const char *first = hook ? opn_hookdefs_hook_kernel(hookdefs, hook) : NULL;

	return first && (!kernel || opn_kernel_newer(first, kernel)) ? first : kernel;
}

static size_t count_words(word_list words)
{
	size_t count = 0;

	while (words[count])
		count++;
	return count;
}

/* What the kernel must have: helpers, kfuncs and types of maps; not the kfuncs that the code asks
 * for first. NULL-terminated, freed by the caller. A map whose type is not known has no word. */
static const char **needs(const struct opn_unit *unit)
{
	const char **helpers = collect(unit, helpers_of), **kfuncs = collect(unit, kfuncs_of);
	const char **asked = collect(unit, asked_of), **list = NULL;
	size_t count = 0;

	if (helpers && kfuncs && asked)
		list = calloc(count_words(helpers) + count_words(kfuncs) + unit->map_count + 1,
			      sizeof(*list));
	if (list) {
		for (word_list word = helpers; *word; word++)
			list[count++] = *word;
		for (word_list word = kfuncs; *word; word++) {
			if (!opn_words_hold(asked, *word))
				list[count++] = *word;
		}
		for (size_t i = 0; i < unit->map_count; i++)
			list[count++] = unit->maps[i].type ?: "";
	}
	free(helpers);
	free(kfuncs);
	free(asked);
	return list;
}

/* What nobody knows may need any kernel. */
static json_t *minimum_kernel_json(const struct opn_manifest_info *info)
{
	const struct opn_unit *unit = info->unit;
	const char **needed = needs(unit), *kernel;
	json_t *value;

	if (!needed)
		return NULL;
	kernel = info->hookdefs ? opn_hookdefs_min_kernel(info->hookdefs, needed) : NULL;
	if (info->hookdefs && (kernel || !*needed)) {
		kernel = newer(info->hookdefs, kernel, unit->hook);
		for (size_t i = 0; i < unit->function_count; i++)
			kernel = newer(info->hookdefs, kernel, unit->functions[i].hook);
	}
	value = opn_json_string(kernel);
	free(needed);
	return value;
}

static json_t *commands_json(const struct opn_unit *unit)
{
	json_t *array = json_array();

	for (size_t i = 0; i < unit->flags_count; i++) {
		json_t *object = opn_json_set(
			json_object(), "file",
			opn_json_string(unit->file_count ? unit->files[0].path : NULL));

		object = opn_json_set(object, "flags", opn_json_strings(unit->flags[i]));
		array = opn_json_append(array, object);
	}
	return array;
}

/* ---- warnings ---- */

static json_t *declared_map_json(const struct opn_map *map)
{
	json_t *object = opn_json_set(json_object(), "kind", json_string("map-declared-only"));

	object = opn_json_set(object, "name", opn_json_string(map->name));
	object = add_lines(object, map->file, map->start_line, map->end_line);
	return opn_json_set(object, "message", json_string("instantiated in user code"));
}

static json_t *definition_json(const struct opn_definition *definition)
{
	json_t *object = add_lines(json_object(), definition->file, definition->start_line,
				   definition->end_line);

	object = opn_json_set(object, "signature", opn_json_string(definition->signature));
	return opn_json_set(object, "hash", opn_json_string(definition->hash));
}

static json_t *duplicate_json(const struct opn_duplicate *duplicate)
{
	json_t *object = opn_json_set(json_object(), "kind", json_string("function-duplicate"));
	json_t *candidates = json_array();

	for (size_t i = 0; i < duplicate->count; i++)
		candidates =
			opn_json_append(candidates, definition_json(&duplicate->definitions[i]));
	object = opn_json_set(object, "name", opn_json_string(duplicate->name));
	object = opn_json_set(object, "identical", json_boolean(duplicate->identical));
	return opn_json_set(object, "candidates", candidates);
}

static json_t *warnings_json(const struct opn_manifest_info *info)
{
	json_t *array = json_array();

	for (size_t i = 0; i < info->unit->map_count; i++) {
		if (info->unit->maps[i].is_declared_only)
			array = opn_json_append(array, declared_map_json(&info->unit->maps[i]));
	}
	for (size_t i = 0; i < info->duplicate_count; i++)
		array = opn_json_append(array, duplicate_json(&info->duplicates[i]));
	return array;
}

/* ---- proof ---- */

static json_t *add_place(json_t *object, const char *key, const struct opn_loc *loc)
{
	json_t *place;

	if (!loc->file)
		return object;
	place = opn_json_set(json_object(), "file", opn_json_string(loc->file));
	place = opn_json_set(place, "line", json_integer(loc->line));
	return opn_json_set(object, key, place);
}

static json_t *level_json(size_t number, const struct opn_proof_level *level)
{
	json_t *object = opn_json_set(json_object(), "level", json_integer((json_int_t)number + 1));

	object = opn_json_set(object, "name", json_string(opn_proof_level_name(number)));
	object = opn_json_set(object, "status", json_string(opn_proof_status_name(level->status)));
	object = opn_json_set(object, "detail", opn_json_string(level->detail));
	object = add_place(object, "original", &level->original);
	return add_place(object, "unit", &level->unit);
}

static json_t *proof_json(const struct opn_manifest_info *info)
{
	json_t *array = json_array();

	if (!info->proofs) {
		json_decref(array);
		return json_null();
	}
	for (size_t i = 0; i < info->proof_count; i++) {
		json_t *object, *levels = json_array();

		for (size_t j = 0; j < OPN_PROOF_LEVELS; j++)
			levels = opn_json_append(levels, level_json(j, &info->proofs[i].level[j]));
		object = opn_json_set(json_object(), "command", json_integer((json_int_t)i));
		object = opn_json_set(object, "levels", levels);
		array = opn_json_append(array, object);
	}
	return array;
}

char *opn_manifest_json(const struct opn_manifest_info *info)
{
	const struct opn_unit *unit = info->unit;
	json_t *root = opn_json_set(json_object(), "version", json_integer(1));

	root = opn_json_set(root, "generator",
			    json_sprintf(OPN_OUTPUT_MARKER " %s", info->version));
	root = opn_json_set(root, "unit", opn_json_string(unit->name));
	root = opn_json_set(root, "source", opn_json_string(unit->source));
	root = opn_json_set(root, "hook", opn_json_string(unit->hook));
	root = opn_json_set(root, "entry", opn_json_string(unit->entry));
	root = opn_json_set(root, "minimum_kernel", minimum_kernel_json(info));
	root = opn_json_set(root, "functions", functions_json(unit));
	root = opn_json_set(root, "maps", maps_json(unit));
	root = opn_json_set(root, "types", items_json(unit, ITEM_TYPE));
	root = opn_json_set(root, "macros", items_json(unit, ITEM_MACRO));
	root = opn_json_set(root, "includes", opn_json_strings(unit->includes));
	root = opn_json_set(root, "globals", items_json(unit, ITEM_GLOBAL));
	root = opn_json_set(root, "undefined", opn_json_strings(unit->undefined));
	root = opn_json_set(root, "license", license_json(unit));
	root = opn_json_set(root, "helpers", collect_json(unit, helpers_of));
	root = opn_json_set(root, "kfuncs", collect_json(unit, kfuncs_of));
	root = opn_json_set(root, "context_fields", collect_json(unit, context_fields_of));
	root = opn_json_set(root, "commands", commands_json(unit));
	root = opn_json_set(root, "warnings", warnings_json(info));
	root = opn_json_set(root, "proof", proof_json(info));
	return opn_json_text(root);
}
