// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state.c - the maps of two programs and of their copies: made, set, put back
 *
 * See state.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "state_internal.h"

/* ---- making ---- */

static int copy_renames(struct opn_state *state, const struct opn_state_rename *renames,
			size_t count)
{
	state->renames = opn_arena_array(state->arena, count, sizeof(*renames));
	if (!state->renames)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		state->renames[i].left = opn_arena_strdup(state->arena, renames[i].left);
		state->renames[i].right = opn_arena_strdup(state->arena, renames[i].right);
		if (!state->renames[i].left || !state->renames[i].right)
			return -ENOMEM;
	}
	state->rename_count = count;
	return 0;
}

static int copy_ignore(struct opn_state *state, const char *const *globs)
{
	size_t count = 0;

	while (globs && globs[count])
		count++;
	state->ignore = opn_arena_array(state->arena, count + 1, sizeof(*state->ignore));
	if (!state->ignore)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		state->ignore[i].glob = opn_arena_strdup(state->arena, globs[i]);
		if (!state->ignore[i].glob)
			return -ENOMEM;
	}
	state->ignore_count = count;
	return 0;
}

static int copy_parts(struct opn_state *state, size_t copy, const struct opn_state_parts sides[2])
{
	for (size_t side = 0; side < 2; side++) {
		size_t count = sides[side].count;
		struct opn_state_part *list = opn_arena_array(state->arena, count, sizeof(*list));

		if (!list)
			return -ENOMEM;
		memcpy(list, sides[side].list, count * sizeof(*list));
		state->parts[2 * copy + side] = (struct opn_state_parts){ list, count };
	}
	return 0;
}

static struct opn_state *new_state(const struct opn_state_parts sides[2])
{
	struct opn_state *state = calloc(1, sizeof(*state));
	int cpus = libbpf_num_possible_cpus();

	if (!state)
		return NULL;
	state->arena = opn_arena_new(NULL, NULL);
	if (!state->arena || copy_parts(state, 0, sides)) {
		opn_state_free(state);
		return NULL;
	}
	state->copies = 1;
	state->cpus = cpus > 0 ? (unsigned int)cpus : 1;
	return state;
}

int opn_state_new_parts(const struct opn_state_parts sides[2],
			const struct opn_state_options *options, struct opn_diags *diags,
			struct opn_state **out)
{
	static const struct opn_state_options none;
	struct opn_state *state = new_state(sides);
	int err;

	if (!state)
		return -ENOMEM;
	options = options ?: &none;
	err = copy_renames(state, options->renames, options->rename_count);
	if (!err)
		err = copy_ignore(state, options->ignore);
	if (!err)
		err = opn_state_pair(state, diags);
	if (!err)
		err = opn_inner_pair(state, diags);
	if (!err)
		err = opn_state_index(state);
	if (!err)
		err = opn_state_mark(state);
	if (err) {
		opn_state_free(state);
		return err;
	}
	*out = state;
	return 0;
}

int opn_state_new(struct bpf_object *left, struct bpf_object *right,
		  const struct opn_state_options *options, struct opn_diags *diags,
		  struct opn_state **out)
{
	const struct opn_state_part parts[2] = { { .object = left }, { .object = right } };
	const struct opn_state_parts sides[2] = { { &parts[0], 1 }, { &parts[1], 1 } };

	return opn_state_new_parts(sides, options, diags, out);
}

void opn_state_free(struct opn_state *state)
{
	if (!state)
		return;
	for (size_t i = 0; i < state->count; i++)
		opn_pair_free(state, state->pairs[i]);
	free(state->pairs);
	free(state->ids);
	free(state->interfaces);
	free(state->alone.list);
	free(state->ignored.list);
	free(state->scratch);
	opn_arena_free(state->arena);
	free(state);
}

/* ---- looking up ---- */

static int by_id(const void *a, const void *b)
{
	const struct opn_state_id *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

int opn_state_index(struct opn_state *state)
{
	size_t sides = 2 * state->copies;
	struct opn_state_id *ids =
		reallocarray(state->ids, MAX(state->count * sides, (size_t)1), sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	state->ids = ids;
	state->id_count = 0;
	for (size_t i = 0; i < state->count; i++) {
		for (size_t side = 0; side < sides; side++)
			ids[state->id_count++] =
				(struct opn_state_id){ state->pairs[i]->sides[side].id, i };
	}
	qsort(ids, state->id_count, sizeof(*ids), by_id);
	return 0;
}

size_t opn_state_find(const struct opn_state *state, uint32_t map_id)
{
	struct opn_state_id wanted = { .id = map_id };
	const struct opn_state_id *found =
		bsearch(&wanted, state->ids, state->id_count, sizeof(wanted), by_id);

	return found ? found->pair : SIZE_MAX;
}

size_t opn_state_count(const struct opn_state *state)
{
	return state->count;
}

const struct opn_state_map *opn_state_map(const struct opn_state *state, size_t map)
{
	return &state->pairs[map]->info;
}

/* ---- copies ---- */

static struct bpf_map *same_map(const struct bpf_object *object, const struct bpf_map *like)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		if (bpf_map__fd(map) >= 0 &&
		    !strcmp(opn_state_map_name(map), opn_state_map_name(like)))
			return map;
	}
	return NULL;
}

static int copy_start(const struct opn_pair *pair, struct opn_side *to, const struct opn_side *from,
		      int which)
{
	size_t bytes = opn_pair_image_size(pair, which);
	int err;

	if (from->start_image) {
		to->start_image = malloc(MAX(bytes, (size_t)1));
		if (!to->start_image)
			return -ENOMEM;
		memcpy(to->start_image, from->start_image, bytes);
	}
	err = opn_records_copy(&to->start_records, &from->start_records);
	return err ? err
		   : opn_table_copy(&to->start_table, &from->start_table, pair->info.key_size,
				    pair->stride);
}

/* Slots hold what belongs to the copy: its own programs and maps. */
static int open_copy(struct opn_state *state, struct opn_pair *pair, size_t copy, int which)
{
	struct opn_side *first = &pair->sides[which], *side = &pair->sides[2 * copy + which];
	const struct opn_state_parts *parts = &state->parts[2 * copy + which];
	size_t part = pair->part[which];
	struct bpf_object *object = part < parts->count ? parts->list[part].object : NULL;
	struct bpf_map *map = first->map && object ? same_map(object, first->map) : NULL;
	int err;

	if (pair->outer)
		err = opn_inner_open_copy(pair, copy, which);
	else if (pair->alone && which != pair->owner)
		err = opn_shadow_open(pair, 2 * copy + which);
	else
		err = map ? opn_side_open(pair, side, object, map, bpf_map__fd(map)) : -ENOENT;
	if (err || pair->info.frozen)
		return err;
	if (pair->way == OPN_WAY_SLOTS)
		return opn_side_mark(state, pair, side, which);
	err = copy_start(pair, side, first, which);
	return err ? err : opn_side_reset(state, pair, side, which, false);
}

int opn_state_add_copy_parts(struct opn_state *state, const struct opn_state_parts sides[2])
{
	size_t copy = state->copies;

	if (copy == OPN_STATE_COPIES)
		return -E2BIG;
	if (copy_parts(state, copy, sides))
		return -ENOMEM;
	state->copies++;
	for (size_t i = 0; i < state->count; i++) {
		/* a shadow is made like what its owner has */
		int first = state->pairs[i]->alone ? state->pairs[i]->owner : 0;
		int err = open_copy(state, state->pairs[i], copy, first);

		err = err ?: open_copy(state, state->pairs[i], copy, !first);
		if (err)
			return err;
	}
	return opn_state_index(state);
}

int opn_state_add_copy(struct opn_state *state, struct bpf_object *left, struct bpf_object *right)
{
	const struct opn_state_part parts[2] = { { .object = left }, { .object = right } };
	const struct opn_state_parts sides[2] = { { &parts[0], 1 }, { &parts[1], 1 } };

	return opn_state_add_copy_parts(state, sides);
}

/* ---- the start state ---- */

int opn_state_mark(struct opn_state *state)
{
	for (size_t i = 0; i < state->count; i++) {
		struct opn_pair *pair = state->pairs[i];
		int err = 0;

		if (pair->info.frozen)
			continue;
		for (size_t side = 0; !err && side < 2 * state->copies; side++)
			err = opn_side_mark(state, pair, &pair->sides[side], (int)(side % 2));
		if (!err)
			err = opn_pair_start_equal(state, pair);
		if (err)
			return err;
		opn_table_empty(&pair->puts);
		opn_records_empty(&pair->put_records);
		pair->dirty = false;
	}
	state->ran = 0;
	state->fresh = false;
	/* inner maps that are part of the start are no spare ones any more */
	for (size_t i = 0; i < state->count; i++) {
		struct opn_pair *pair = state->pairs[i], *outer = pair->outer;

		if (pair->spare &&
		    opn_table_find(&outer->sides[0].start_table, outer->info.key_size,
				   pair->outer_key) != SIZE_MAX)
			pair->spare = false;
	}
	state->changed = false;
	return 0;
}

void opn_state_ran(struct opn_state *state, size_t copy)
{
	state->told = true;
	state->ran |= (uint64_t)1 << copy % 64;
	if (!copy)
		state->fresh = false;
}

static int reset_copy(struct opn_state *state, struct opn_pair *pair, size_t copy)
{
	bool is_read = !copy && opn_pair_is_fresh(state, pair);
	int err = 0;

	if (!pair->dirty && state->told && !(state->ran >> copy % 64 & 1))
		return 0;
	for (int which = 0; !err && which < 2; which++)
		err = opn_side_reset(state, pair, &pair->sides[2 * copy + which], which, is_read);
	return err ? err : opn_samples_agree(pair, copy);
}

int opn_state_reset(struct opn_state *state)
{
	for (size_t i = 0; i < state->count; i++) {
		struct opn_pair *pair = state->pairs[i];
		int err = 0;

		if (pair->constant && !pair->dirty)
			continue;
		for (size_t copy = 0; !err && copy < state->copies; copy++)
			err = reset_copy(state, pair, copy);
		if (err)
			return err;
		opn_table_empty(&pair->puts);
		opn_records_empty(&pair->put_records);
		pair->dirty = false;
	}
	state->changed = false;
	state->fresh = false;
	state->ran = 0;
	return 0;
}
