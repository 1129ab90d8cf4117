// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_compare.c - what differs between the two sides now
 *
 * Bytes first: maps that are alike cost a memcmp(). Only what differs is taken apart, in the order
 * of the keys, because the order of a hash map is its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "state_internal.h"

struct finder {
	struct opn_state *state;
	struct opn_arena *arena;
	struct opn_state_difference *out;
	size_t room, count;
	bool failed;
};

static char *take(struct finder *finder, struct opn_buf *buf)
{
	char *text = opn_buf_take(buf), *copy = opn_arena_strdup(finder->arena, text);

	if (!copy)
		finder->failed = true;
	free(text);
	return copy;
}

/* Returns the row to fill, or NULL when there is no room for it. */
static struct opn_state_difference *add(struct finder *finder, const struct opn_pair *pair)
{
	struct opn_state_difference *row;

	if (finder->count++ >= finder->room)
		return NULL;
	row = &finder->out[finder->count - 1];
	*row = (struct opn_state_difference){
		.map = opn_arena_strdup(finder->arena, pair->info.name),
	};
	return row;
}

/* Values by their type, and as bytes when that does not show the difference (in padding). Either
 * may be NULL: it is not there. */
static void add_values(struct finder *finder, struct opn_state_difference *row,
		       const struct opn_pair *pair, uint32_t type, const void *left,
		       const void *right, size_t left_size, size_t right_size)
{
	/* the other program has no such map */
	if (pair->alone && pair->owner)
		left = NULL;
	else if (pair->alone)
		right = NULL;
	row->left = left ? opn_state_text(finder->arena, pair->btf, type, left, left_size) : NULL;
	row->right =
		right ? opn_state_text(finder->arena, pair->btf, type, right, right_size) : NULL;
	if (row->left && row->right && !strcmp(row->left, row->right)) {
		row->left = opn_state_text(finder->arena, NULL, 0, left, left_size);
		row->right = opn_state_text(finder->arena, NULL, 0, right, right_size);
	}
	finder->failed |= (left && !row->left) || (right && !row->right);
}

static char *key_text(struct finder *finder, const struct opn_pair *pair, const void *key,
		      unsigned int cpu)
{
	struct opn_buf buf = { 0 };
	uint32_t index;

	if (pair->way == OPN_WAY_IMAGE) {
		memcpy(&index, key, sizeof(index));
		opn_buf_printf(&buf, "%u", index);
	} else {
		opn_state_write_text(&buf, pair->btf, pair->key_type, key, pair->info.key_size);
	}
	if (pair->cpus > 1)
		opn_buf_printf(&buf, " on CPU %u", cpu);
	return take(finder, &buf);
}

/* Two keys may read alike: what differs is in padding, which people do not see and maps do. */
static void tell_apart(struct finder *finder, struct opn_state_difference *row, const void *key,
		       uint32_t size)
{
	for (struct opn_state_difference *other = finder->out; row->key && other < row; other++) {
		if (other->map && other->key && !strcmp(other->map, row->map) &&
		    !strcmp(other->key, row->key)) {
			char *hex = opn_state_text(finder->arena, NULL, 0, key, size);

			row->key = opn_arena_printf(finder->arena, "%s (bytes %s)", row->key,
						    hex ? hex : "");
			return;
		}
	}
}

/* The values of all CPUs under one key; either may be NULL. */
static void compare_values(struct finder *finder, const struct opn_pair *pair, const void *key,
			   const uint8_t *left, const uint8_t *right)
{
	uint32_t size = pair->info.value_size;

	for (unsigned int cpu = 0; cpu < pair->cpus; cpu++) {
		const uint8_t *l = left ? left + (size_t)cpu * pair->value_stride : NULL;
		const uint8_t *r = right ? right + (size_t)cpu * pair->value_stride : NULL;
		struct opn_state_difference *row;

		if (l && r && !memcmp(l, r, size))
			continue;
		row = add(finder, pair);
		if (!row)
			continue;
		row->key = key_text(finder, pair, key, cpu);
		if (pair->way == OPN_WAY_TABLE)
			tell_apart(finder, row, key, pair->info.key_size);
		add_values(finder, row, pair, pair->value_type, l, r, size, size);
	}
}

/* ---- arrays ---- */

static void compare_image(struct finder *finder, const struct opn_pair *pair)
{
	const uint8_t *left = opn_side_image(&pair->sides[0]);
	const uint8_t *right = opn_side_image(&pair->sides[1]);

	if (!memcmp(left, right, opn_pair_image_size(pair, 0)))
		return;
	for (uint32_t i = 0; i < pair->info.max_entries; i++)
		compare_values(finder, pair, &i, left + (size_t)i * pair->stride,
			       right + (size_t)i * pair->stride);
}

/* ---- data sections ---- */

static bool is_of_variable(const struct opn_pair *pair, uint32_t offset)
{
	for (size_t i = 0; i < pair->variable_count; i++) {
		if (offset - pair->variables[i].offset[0] < pair->variables[i].size)
			return true;
	}
	return false;
}

/* What no variable covers, where both sides have one layout: data without BTF. */
static void compare_rest(struct finder *finder, const struct opn_pair *pair, const uint8_t *left,
			 const uint8_t *right)
{
	struct opn_state_difference *row;

	for (uint32_t i = 0; i < pair->section_size[0]; i++) {
		if (left[i] == right[i] || is_of_variable(pair, i))
			continue;
		row = add(finder, pair);
		if (!row)
			continue;
		row->key = opn_arena_printf(finder->arena, "byte %u", i);
		add_values(finder, row, pair, 0, left + i, right + i, 1, 1);
	}
}

/* A variable that the other program does not have. */
static void compare_own(struct finder *finder, const struct opn_pair *pair,
			const struct opn_own_variable *variable)
{
	const struct opn_side *side = &pair->sides[variable->owner];
	const uint8_t *now = opn_side_image(side) + variable->offset;
	struct opn_state_difference *row;
	char *text;

	if (!side->start_image ||
	    !memcmp(now, side->start_image + variable->offset, variable->size))
		return;
	row = add(finder, pair);
	if (!row)
		return;
	text = opn_state_text(finder->arena, variable->btf, variable->type, now, variable->size);
	row->key = opn_arena_strdup(finder->arena, variable->name);
	row->left = variable->owner ? NULL : text;
	row->right = variable->owner ? text : NULL;
	finder->failed |= !text;
}

static void compare_section(struct finder *finder, const struct opn_pair *pair)
{
	const uint8_t *left = opn_side_image(&pair->sides[0]);
	const uint8_t *right = opn_side_image(&pair->sides[1]);
	struct opn_state_difference *row;

	for (size_t i = 0; i < pair->own_variable_count; i++)
		compare_own(finder, pair, &pair->own_variables[i]);
	if (pair->same_layout && !memcmp(left, right, pair->section_size[0]))
		return;
	for (size_t i = 0; i < pair->variable_count; i++) {
		const struct opn_variable *variable = &pair->variables[i];
		const uint8_t *l = left + variable->offset[0], *r = right + variable->offset[1];

		if (!memcmp(l, r, variable->size))
			continue;
		row = add(finder, pair);
		if (!row)
			continue;
		row->key = opn_arena_strdup(finder->arena, variable->name);
		add_values(finder, row, pair, variable->type, l, r, variable->size, variable->size);
	}
	if (pair->same_layout)
		compare_rest(finder, pair, left, right);
}

/* ---- keys to values ---- */

struct element {
	const uint8_t *key, *left, *right;
};

static int by_key(const void *a, const void *b, void *size)
{
	return memcmp(((const struct element *)a)->key, ((const struct element *)b)->key,
		      *(uint32_t *)size);
}

static const uint8_t *value_of(struct opn_table *table, const struct opn_pair *pair,
			       const uint8_t *key)
{
	size_t at = opn_table_find(table, pair->info.key_size, key);

	return at == SIZE_MAX ? NULL : table->values + at * pair->stride;
}

/* Elements that differ, and how many; NULL with *count 0: none or without memory. */
static struct element *differing_elements(struct finder *finder, struct opn_pair *pair,
					  size_t *count)
{
	struct opn_table *tables[2] = { &pair->sides[0].table, &pair->sides[1].table };
	uint32_t key_size = pair->info.key_size;
	struct element *list = NULL;
	size_t capacity = 0;

	*count = 0;
	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < tables[side]->count; i++) {
			const uint8_t *key = tables[side]->keys + i * key_size;
			const uint8_t *mine = tables[side]->values + i * pair->stride;
			const uint8_t *other = value_of(tables[!side], pair, key);

			if (other && (side || !memcmp(mine, other, pair->stride)))
				continue;
			if (*count == capacity) {
				struct element *more;

				capacity = MAX(capacity * 2, (size_t)16);
				more = reallocarray(list, capacity, sizeof(*list));
				if (!more) {
					finder->failed = true;
					return list;
				}
				list = more;
			}
			list[(*count)++] =
				(struct element){ key, side ? NULL : mine, side ? mine : other };
		}
	}
	return list;
}

static void compare_table(struct finder *finder, struct opn_pair *pair)
{
	struct element *list;
	size_t count;

	if (opn_table_same(&pair->sides[0].table, &pair->sides[1].table, pair->info.key_size,
			   pair->stride))
		return;
	if (pair->start_equal && opn_side_at_start(pair, &pair->sides[0]) &&
	    opn_side_at_start(pair, &pair->sides[1]))
		return;
	list = differing_elements(finder, pair, &count);
	if (count)
		qsort_r(list, count, sizeof(*list), by_key, &pair->info.key_size);
	for (size_t i = 0; i < count; i++)
		compare_values(finder, pair, list[i].key, list[i].left, list[i].right);
	free(list);
}

/* ---- slots ---- */

/* Freed by the caller; NULL: nothing there. */
static char *slot_text(struct finder *finder, struct opn_pair *pair, int which, const uint8_t *key)
{
	struct opn_side *side = &pair->sides[which];
	size_t at = opn_table_find(&side->table, pair->info.key_size, key);
	struct opn_buf buf = { 0 };
	char *text;

	if (at == SIZE_MAX)
		return NULL;
	opn_slot_write_text(&buf, pair, side, side->table.values + at * pair->info.value_size);
	text = opn_buf_take(&buf);
	finder->failed |= !text;
	return text;
}

static void compare_slot(struct finder *finder, struct opn_pair *pair, const uint8_t *key)
{
	char *left = slot_text(finder, pair, 0, key), *right = slot_text(finder, pair, 1, key);
	struct opn_state_difference *row = NULL;

	if (!left || !right || strcmp(opn_state_rename(finder->state, left), right))
		row = add(finder, pair);
	if (row) {
		row->key = key_text(finder, pair, key, 0);
		row->left = opn_arena_strdup(finder->arena, left);
		row->right = opn_arena_strdup(finder->arena, right);
	}
	free(left);
	free(right);
}

static void compare_slots(struct finder *finder, struct opn_pair *pair)
{
	struct opn_table *left = &pair->sides[0].table, *right = &pair->sides[1].table;
	uint32_t key_size = pair->info.key_size;

	for (size_t i = 0; i < left->count; i++)
		compare_slot(finder, pair, left->keys + i * key_size);
	for (size_t i = 0; i < right->count; i++) {
		if (opn_table_find(left, key_size, right->keys + i * key_size) == SIZE_MAX)
			compare_slot(finder, pair, right->keys + i * key_size);
	}
}

/* ---- records ---- */

static const uint8_t *record_at(const struct opn_records *records, size_t index, size_t *size)
{
	*size = 0;
	return index < records->count ? opn_records_at(records, index, size) : NULL;
}

/* A perf event's record begins with its CPU. */
static void compare_record(struct finder *finder, const struct opn_pair *pair, size_t index)
{
	size_t left_size, right_size, head = pair->way == OPN_WAY_PERF ? sizeof(int) : 0;
	const uint8_t *left = record_at(&pair->sides[0].records, index, &left_size);
	const uint8_t *right = record_at(&pair->sides[1].records, index, &right_size);
	struct opn_state_difference *row;
	int cpu;

	if (left && right && left_size == right_size && !memcmp(left, right, left_size))
		return;
	row = add(finder, pair);
	if (!row)
		return;
	if (pair->way == OPN_WAY_QUEUE) {
		row->key = opn_arena_printf(finder->arena, "element %zu", index);
	} else if (head) {
		memcpy(&cpu, left ? left : right, sizeof(cpu));
		row->key = opn_arena_printf(finder->arena, "sample %zu on CPU %d", index, cpu);
	} else {
		row->key = opn_arena_printf(finder->arena, "sample %zu", index);
	}
	add_values(finder, row, pair, pair->value_type, left ? left + head : NULL,
		   right ? right + head : NULL, left_size - head, right_size - head);
}

static void compare_records(struct finder *finder, const struct opn_pair *pair)
{
	const struct opn_records *left = &pair->sides[0].records, *right = &pair->sides[1].records;

	if (opn_records_same(left, right))
		return;
	for (size_t i = 0; i < MAX(left->count, right->count); i++)
		compare_record(finder, pair, i);
}

/* ---- all of it ---- */

static void compare_read(struct finder *finder, struct opn_pair *pair)
{
	switch (pair->way) {
	case OPN_WAY_NONE:
		return;
	case OPN_WAY_IMAGE:
		if (pair->info.internal)
			compare_section(finder, pair);
		else
			compare_image(finder, pair);
		return;
	case OPN_WAY_TABLE:
		compare_table(finder, pair);
		return;
	case OPN_WAY_SLOTS:
		compare_slots(finder, pair);
		return;
	case OPN_WAY_QUEUE:
	case OPN_WAY_RING:
	case OPN_WAY_PERF:
		compare_records(finder, pair);
		return;
	}
}

/* What is constant and was alike at the start is alike now: it is set on both sides or on none. */
static bool is_compared(const struct opn_pair *pair)
{
	return !pair->info.uncompared && !(pair->constant && pair->start_equal);
}

bool opn_pair_is_fresh(const struct opn_state *state, const struct opn_pair *pair)
{
	return state->fresh && is_compared(pair);
}

static int compare_pair(struct finder *finder, struct opn_pair *pair)
{
	int err = 0;

	if (!is_compared(pair))
		return 0;
	for (int side = 0; !err && side < 2; side++)
		err = opn_side_read(finder->state, pair, &pair->sides[side]);
	if (err)
		return err;
	if ((pair->way == OPN_WAY_RING || pair->way == OPN_WAY_PERF) &&
	    pair->sides[0].records.count)
		finder->state->changed = true;
	if (pair->way == OPN_WAY_TABLE && pair->info.declared_entries > pair->info.max_entries)
		pair->info.was_full |= pair->sides[0].table.count >= pair->full ||
				       pair->sides[1].table.count >= pair->full;
	compare_read(finder, pair);
	return finder->failed ? -ENOMEM : opn_samples_agree(pair, 0);
}

ssize_t opn_state_compare(struct opn_state *state, struct opn_arena *arena,
			  struct opn_state_difference *out, size_t room)
{
	struct finder finder = { .state = state, .arena = arena, .out = out, .room = room };

	state->fresh = false;
	for (size_t i = 0; i < state->count; i++) {
		int err = compare_pair(&finder, state->pairs[i]);

		if (err)
			return err;
	}
	state->fresh = state->told;
	return (ssize_t)finder.count;
}

int opn_pair_start_equal(struct opn_state *state, struct opn_pair *pair)
{
	struct finder finder = { .state = state, .arena = state->arena };

	pair->start_equal = false;
	if (!pair->info.uncompared && pair->way != OPN_WAY_RING && pair->way != OPN_WAY_PERF)
		compare_read(&finder, pair);
	pair->start_equal = !finder.count;
	return finder.failed ? -ENOMEM : 0;
}
