/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_names.c - names of several sources in one object, and the stages' texts with them
 *
 * A name that one source has stays. One that several have becomes STAGE_NAME in each, but for maps
 * that are one map: those that the spec shares, and those that their projects pin by name, which
 * would be one map if the programs were loaded one after another.
 */
#include "compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool in_list(const char *const *list, const char *word)
{
	for (; list && *list; list++) {
		if (!strcmp(*list, word))
			return true;
	}
	return false;
}

static const struct opn_map *map_of(const struct compose_unit *unit, const char *name)
{
	for (size_t i = 0; i < unit->stage->map_count; i++) {
		if (!strcmp(unit->stage->maps[i].name, name))
			return &unit->stage->maps[i];
	}
	return NULL;
}

static bool has_symbol(const struct compose_unit *unit, const char *name)
{
	const struct opn_stage_facts *facts = opn_stage_facts(unit->rewritten);

	for (size_t i = 0; i < facts->symbol_count; i++) {
		if (!strcmp(facts->symbols[i].name, name))
			return true;
	}
	return facts->is_referenced && !strcmp(unit->stage->program, name);
}

/* How many stages define the name. */
static size_t users(const struct compose_run *run, const char *name)
{
	size_t count = 0;

	for (size_t u = 0; u < run->unit_count; u++)
		count += has_symbol(&run->units[u], name);
	return count;
}

static bool is_pinned(const struct opn_map *map)
{
	return map && map->pinning && strcmp(map->pinning, "0") &&
	       strcmp(map->pinning, "LIBBPF_PIN_NONE");
}

static bool is_shared(const struct compose_run *run, const struct compose_unit *unit,
		      const char *name)
{
	const struct opn_map *map = map_of(unit, name);

	return map && (in_list(run->composition.share, name) || is_pinned(map));
}

/* ---- maps that are one ---- */

static bool differ(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") != 0;
}

static int check_same_shape(struct compose_run *run, const struct compose_unit *a,
			    const struct compose_unit *b, const char *name)
{
	const struct opn_map *x = map_of(a, name), *y = map_of(b, name);
	const struct {
		const char *what, *a, *b;
	} parts[] = {
		{ "its type", x->type, y->type },
		{ "the type of its key", x->key, y->key },
		{ "the type of its value", x->value, y->value },
		{ "the size of its key", x->key_size, y->key_size },
		{ "the size of its value", x->value_size, y->value_size },
		{ "its number of entries", x->max_entries, y->max_entries },
		{ "what its flags are", x->flags, y->flags },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		int error;

		if (!differ(parts[i].a, parts[i].b))
			continue;
		error = opn_diag(run->diags, OPN_DIAG_PIPELINE_MAP, b->stage->loc, name,
				 a->stage->name, b->stage->name, parts[i].what);
		opn_diag_note(run->diags, OPN_NOWHERE, "'%s' in %s, '%s' in %s",
			      parts[i].a ? parts[i].a : "none", a->stage->origin,
			      parts[i].b ? parts[i].b : "none", b->stage->origin);
		return error;
	}
	return 0;
}

/* The stage that defines a shared map: the first that has it. */
static const struct compose_unit *owner_of(const struct compose_run *run, const char *name)
{
	for (size_t u = 0; u < run->unit_count; u++) {
		if (has_symbol(&run->units[u], name) && is_shared(run, &run->units[u], name))
			return &run->units[u];
	}
	return NULL;
}

static bool is_fused(const struct compose_unit *unit)
{
	return unit->hook->mechanism == OPN_MECHANISM_FUSED;
}

/* Maps of the stage that are one with other stages'. */
static char *const *shared_maps(struct compose_run *run, const struct compose_unit *unit)
{
	const struct opn_stage_facts *facts = opn_stage_facts(unit->rewritten);
	char **list = opn_arena_array(run->arena, facts->symbol_count + 1, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < facts->symbol_count; i++) {
		if (is_shared(run, unit, facts->symbols[i].name))
			list[count++] = opn_arena_strdup(run->arena, facts->symbols[i].name);
	}
	return list;
}

/* Those that another source defines. */
static char *const *shared_elsewhere(struct compose_run *run, const struct compose_unit *unit,
				     int *error)
{
	const struct opn_stage_facts *facts = opn_stage_facts(unit->rewritten);
	char **list = opn_arena_array(run->arena, facts->symbol_count + 1, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < facts->symbol_count; i++) {
		const char *name = facts->symbols[i].name;
		const struct compose_unit *owner;

		if (!is_shared(run, unit, name))
			continue;
		owner = owner_of(run, name);
		if (owner == unit)
			continue;
		*error = check_same_shape(run, owner, unit, name) ?: *error;
		if (is_fused(unit) && owner->hook == unit->hook)
			continue;
		list[count++] = opn_arena_strdup(run->arena, name);
	}
	return list;
}

/* ---- new names ---- */

static const char *new_name(struct compose_run *run, const char *prefix,
			    const char *const *reserved, const char *name)
{
	char *wanted = opn_arena_printf(run->arena, "%s_%s", prefix, name);

	while (users(run, wanted) || in_list(reserved, wanted))
		wanted = opn_arena_printf(run->arena, "%s_", wanted);
	return wanted;
}

/* How many stages of other hooks define the name. */
static size_t users_elsewhere(const struct compose_run *run, const struct compose_unit *unit,
			      const char *name)
{
	size_t count = 0;

	for (size_t u = 0; u < run->unit_count; u++)
		count += run->units[u].hook != unit->hook && has_symbol(&run->units[u], name);
	return count;
}

/* In one source with others a function may be one with theirs: only what is behind it is told
 * apart here. */
static bool is_apart(const struct compose_run *run, const struct compose_unit *unit,
		     const struct opn_stage_symbol *symbol)
{
	if (is_fused(unit) && symbol->kind == OPN_STAGE_FUNCTION)
		return !users_elsewhere(run, unit, symbol->name);
	return users(run, symbol->name) == 1 || is_shared(run, unit, symbol->name);
}

static const struct opn_rename *renames_of(struct compose_run *run, const struct compose_unit *unit,
					   const char *const *reserved, size_t *count)
{
	const struct opn_stage_facts *facts = opn_stage_facts(unit->rewritten);
	struct opn_rename *list =
		opn_arena_array(run->arena, facts->symbol_count + 1, sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < facts->symbol_count; i++) {
		const char *name = facts->symbols[i].name;
		bool is_taken = in_list(reserved, name);

		if (!is_taken && is_apart(run, unit, &facts->symbols[i]))
			continue;
		list[(*count)++] = (struct opn_rename){
			name,
			is_fused(unit) && facts->symbols[i].kind == OPN_STAGE_FUNCTION
				? new_name(run, unit->hook->id, reserved, name)
				: new_name(run, unit->stage->id, reserved, name),
		};
	}
	return list;
}

/* Renamed maps keep the pins that their projects know them by. */
static void keep_pins(struct compose_run *run, const struct compose_unit *unit,
		      const struct opn_rename *renames, size_t count)
{
	struct opn_composition *composition = &run->composition;
	struct opn_composed_pin *pins;

	for (size_t i = 0; i < count; i++) {
		if (!is_pinned(map_of(unit, renames[i].from)))
			continue;
		pins = opn_arena_array(run->arena, composition->pin_count + 1, sizeof(*pins));
		if (composition->pin_count)
			memcpy(pins, composition->pins, composition->pin_count * sizeof(*pins));
		pins[composition->pin_count++] =
			(struct opn_composed_pin){ renames[i].to, renames[i].from };
		composition->pins = pins;
	}
}

/* ---- texts ---- */

static int check_share(struct compose_run *run)
{
	int error = 0;

	for (const char *const *name = run->composition.share; name && *name; name++) {
		size_t count = 0;

		for (size_t u = 0; u < run->unit_count; u++)
			count += map_of(&run->units[u], *name) != NULL;
		if (count < 2)
			error = opn_diag(run->diags, OPN_DIAG_VALUE_INVALID,
					 run->composition.hooks[0].loc, *name,
					 count ? "only one stage has such a map"
					       : "no stage has such a map");
	}
	return error;
}

static const char *const *rename_words(struct compose_run *run, const struct opn_stage_edit *edit)
{
	const char **words =
		opn_arena_array(run->arena, 2 * edit->rename_count + 1, sizeof(*words));

	for (size_t i = 0; i < edit->rename_count; i++) {
		words[2 * i] = edit->renames[i].from;
		words[2 * i + 1] = edit->renames[i].to;
	}
	return words;
}

/* What the stage's program is called from here on. */
static const char *program_name(const struct compose_unit *unit, const struct opn_stage_edit *edit)
{
	for (size_t i = 0; i < edit->rename_count; i++) {
		if (!strcmp(edit->renames[i].from, unit->stage->program))
			return edit->renames[i].to;
	}
	return unit->stage->program;
}

static int make_text(struct compose_run *run, struct compose_unit *unit,
		     const char *const *reserved)
{
	const struct opn_stage_facts *facts = opn_stage_facts(unit->rewritten);
	struct opn_stage_edit edit = { .body = unit->stage->body, .leaves = unit->stage->leaves };
	char *wrapper;
	int error = 0;

	if (opn_stage_is_apart(unit->hook, unit->stage))
		edit.body = opn_stage_inlined(unit->stage, run->arena);
	edit.renames = renames_of(run, unit, reserved, &edit.rename_count);
	edit.externs = shared_elsewhere(run, unit, &error);
	if (error)
		return error;
	edit.note = unit->stage->note ? unit->hook->note : NULL;
	unit->renames = edit.renames;
	unit->rename_count = edit.rename_count;
	unit->stage->renames = rename_words(run, &edit);
	unit->externs = edit.externs;
	unit->shared = shared_maps(run, unit);
	keep_pins(run, unit, edit.renames, edit.rename_count);
	unit->stage->lacks_context =
		!opn_stage_defines(unit->rewritten, unit->hook->place->hook->context);
	wrapper = opn_stage_wrapper(&run->composition, unit->hook, unit->stage,
				    facts->is_referenced ? program_name(unit, &edit) : NULL);
	if (!wrapper)
		opn_cli_no_memory(NULL);
	edit.wrapper = wrapper;
	error = opn_stage_text(unit->rewritten, &edit, run->diags, &unit->stage->text);
	free(wrapper);
	return error;
}

int compose_make_texts(struct compose_run *run)
{
	const char *const *reserved;
	int error = check_share(run);

	reserved = opn_composition_symbols(&run->composition, run->arena);
	for (size_t u = 0; u < run->unit_count; u++)
		error = make_text(run, &run->units[u], reserved) ?: error;
	for (size_t h = 0; !error && h < run->composition.hook_count; h++) {
		if (run->composition.hooks[h].mechanism == OPN_MECHANISM_FUSED)
			error = compose_fuse(run, &run->composition.hooks[h]);
	}
	return error;
}
