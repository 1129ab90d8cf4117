/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * unit_copy.c - copy a unit out of the extraction that owns it
 *
 * An extraction holds the whole AST of its source. With hundreds of sources they cannot all stay
 * open until the last one has told which functions have several definitions, so each is closed as
 * soon as its units are copied. The arena ends the process when memory runs out, so no result is
 * checked here.
 */
#include "extract.h"

const char *const *unit_copy_words(struct opn_arena *arena, const char *const *words)
{
	const char **copy;
	size_t count = 0;

	if (!words)
		return NULL;
	while (words[count])
		count++;
	copy = opn_arena_array(arena, count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = opn_arena_strdup(arena, words[i]);
	return copy;
}

void unit_copy_function(struct opn_arena *arena, struct opn_function *to,
			const struct opn_function *from)
{
	*to = *from;
	to->name = opn_arena_strdup(arena, from->name);
	to->file = opn_arena_strdup(arena, from->file);
	to->signature = opn_arena_strdup(arena, from->signature);
	to->section = opn_arena_strdup(arena, from->section);
	to->hook = opn_arena_strdup(arena, from->hook);
	to->hash = opn_arena_strdup(arena, from->hash);
	to->callees = unit_copy_words(arena, from->callees);
	to->helpers = unit_copy_words(arena, from->helpers);
	to->kfuncs = unit_copy_words(arena, from->kfuncs);
	to->asked = unit_copy_words(arena, from->asked);
	to->context_fields = unit_copy_words(arena, from->context_fields);
}

static void copy_map(struct opn_arena *arena, struct opn_map *map)
{
	struct opn_map_use *uses = opn_arena_array(arena, map->use_count + 1, sizeof(*uses));

	for (size_t i = 0; i < map->use_count; i++) {
		uses[i] = map->uses[i];
		uses[i].function = opn_arena_strdup(arena, uses[i].function);
	}
	map->uses = uses;
	map->name = opn_arena_strdup(arena, map->name);
	map->file = opn_arena_strdup(arena, map->file);
	map->type = opn_arena_strdup(arena, map->type);
	map->key = opn_arena_strdup(arena, map->key);
	map->value = opn_arena_strdup(arena, map->value);
	map->key_size = opn_arena_strdup(arena, map->key_size);
	map->value_size = opn_arena_strdup(arena, map->value_size);
	map->max_entries = opn_arena_strdup(arena, map->max_entries);
	map->flags = opn_arena_strdup(arena, map->flags);
	map->pinning = opn_arena_strdup(arena, map->pinning);
	map->inner = opn_arena_strdup(arena, map->inner);
}

static const struct opn_unit_file *copy_files(struct opn_arena *arena, const struct opn_unit *unit)
{
	struct opn_unit_file *files = opn_arena_array(arena, unit->file_count + 1, sizeof(*files));

	for (size_t i = 0; i < unit->file_count; i++) {
		files[i].path = opn_arena_strdup(arena, unit->files[i].path);
		files[i].text =
			opn_arena_strndup(arena, unit->files[i].text, unit->files[i].length);
		files[i].length = unit->files[i].length;
	}
	return files;
}

static const struct opn_function *copy_functions(struct opn_arena *arena,
						 const struct opn_unit *unit)
{
	struct opn_function *functions =
		opn_arena_array(arena, unit->function_count + 1, sizeof(*functions));

	for (size_t i = 0; i < unit->function_count; i++)
		unit_copy_function(arena, &functions[i], &unit->functions[i]);
	return functions;
}

static const struct opn_map *copy_maps(struct opn_arena *arena, const struct opn_unit *unit)
{
	struct opn_map *maps = opn_arena_array(arena, unit->map_count + 1, sizeof(*maps));

	for (size_t i = 0; i < unit->map_count; i++) {
		maps[i] = unit->maps[i];
		copy_map(arena, &maps[i]);
	}
	return maps;
}

static const struct opn_item *copy_items(struct opn_arena *arena, const struct opn_unit *unit)
{
	struct opn_item *items = opn_arena_array(arena, unit->item_count + 1, sizeof(*items));

	for (size_t i = 0; i < unit->item_count; i++) {
		items[i] = unit->items[i];
		items[i].kind = opn_arena_strdup(arena, items[i].kind);
		items[i].name = opn_arena_strdup(arena, items[i].name);
		items[i].file = opn_arena_strdup(arena, items[i].file);
	}
	return items;
}

static const struct opn_edge *copy_edges(struct opn_arena *arena, const struct opn_unit *unit)
{
	struct opn_edge *edges = opn_arena_array(arena, unit->edge_count + 1, sizeof(*edges));

	for (size_t i = 0; i < unit->edge_count; i++) {
		edges[i].from = opn_arena_strdup(arena, unit->edges[i].from);
		edges[i].to = opn_arena_strdup(arena, unit->edges[i].to);
		edges[i].kind = opn_arena_strdup(arena, unit->edges[i].kind);
	}
	return edges;
}

static const char *const *const *copy_flags(struct opn_arena *arena, const struct opn_unit *unit)
{
	const char *const **flags = opn_arena_array(arena, unit->flags_count + 1, sizeof(*flags));

	for (size_t i = 0; i < unit->flags_count; i++)
		flags[i] = unit_copy_words(arena, unit->flags[i]);
	return flags;
}

static const size_t *copy_variants(struct opn_arena *arena, const struct opn_unit *unit)
{
	size_t *variants = opn_arena_array(arena, unit->variant_count + 1, sizeof(*variants));

	for (size_t i = 0; i < unit->variant_count; i++)
		variants[i] = unit->variants[i];
	return variants;
}

const struct opn_unit *unit_copy(struct opn_arena *arena, const struct opn_unit *unit)
{
	struct opn_unit *copy = opn_arena_alloc(arena, sizeof(*copy));

	*copy = *unit;
	copy->name = opn_arena_strdup(arena, unit->name);
	copy->source = opn_arena_strdup(arena, unit->source);
	copy->hook = opn_arena_strdup(arena, unit->hook);
	copy->entry = opn_arena_strdup(arena, unit->entry);
	copy->entry_text = opn_arena_strdup(arena, unit->entry_text);
	copy->license = opn_arena_strdup(arena, unit->license);
	copy->files = copy_files(arena, unit);
	copy->flags = copy_flags(arena, unit);
	copy->variants = copy_variants(arena, unit);
	copy->functions = copy_functions(arena, unit);
	copy->maps = copy_maps(arena, unit);
	copy->items = copy_items(arena, unit);
	copy->edges = copy_edges(arena, unit);
	copy->includes = unit_copy_words(arena, unit->includes);
	copy->spdx = unit_copy_words(arena, unit->spdx);
	copy->copyrights = unit_copy_words(arena, unit->copyrights);
	copy->undefined = unit_copy_words(arena, unit->undefined);
	return copy;
}
