// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_put.c - one element into the same map of all copies; and whether a run changed anything
 *
 * What is set here is kept until the next reset, so that it is not taken for the programs' doing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state_internal.h"

/* The value for every CPU, as the system call takes it. */
static uint8_t *spread_value(const struct opn_pair *pair, const void *value)
{
	uint8_t *all = calloc(1, pair->stride ? pair->stride : 1);

	for (unsigned int cpu = 0; all && cpu < pair->cpus; cpu++)
		memcpy(all + (size_t)cpu * pair->value_stride, value, pair->info.value_size);
	return all;
}

/* What the key held before: set since the last reset, else at the start, else nothing. */
static void take_back(struct opn_pair *pair, struct opn_side *side, const void *key)
{
	struct opn_table *tables[2] = { &pair->puts, &side->start_table };

	for (int i = 0; i < 2; i++) {
		size_t at = opn_table_find(tables[i], pair->info.key_size, key);

		if (at == SIZE_MAX)
			continue;
		opn_side_set(pair, side, key, tables[i]->values + at * pair->stride);
		return;
	}
	bpf_map_delete_elem(side->fd, key);
}

/* Puts it on all sides, or on none. */
static int put_everywhere(struct opn_state *state, struct opn_pair *pair, const void *key,
			  const uint8_t *value)
{
	for (size_t i = 0; i < 2 * state->copies; i++) {
		int err = opn_side_set(pair, &pair->sides[i], key, value);

		if (!err)
			continue;
		/* an array refuses on the first side or on none */
		while (i--)
			take_back(pair, &pair->sides[i], key);
		return err;
	}
	return 0;
}

/* A section's value has the left layout. */
static void put_section(struct opn_state *state, struct opn_pair *pair, const uint8_t *value)
{
	for (size_t i = 0; i < 2 * state->copies; i++) {
		uint8_t *memory = pair->sides[i].memory;

		if (pair->same_layout || i % 2 == 0) {
			memcpy(memory, value, pair->section_size[0]);
			continue;
		}
		for (size_t v = 0; v < pair->variable_count; v++)
			memcpy(memory + pair->variables[v].offset[1],
			       value + pair->variables[v].offset[0], pair->variables[v].size);
	}
}

/* Takes the record away again that was put last. */
static void drop_record(struct opn_pair *pair, struct opn_side *side)
{
	struct opn_records rest = { 0 };
	size_t first = pair->info.type == BPF_MAP_TYPE_STACK, size;

	if (opn_queue_read(pair, side) || !side->records.count)
		return;
	for (size_t i = 0; i < side->records.count - 1; i++) {
		const uint8_t *data = opn_records_at(&side->records, first + i, &size);

		if (opn_records_add(&rest, data, size))
			break;
	}
	opn_queue_fill(pair, side, &rest);
	opn_records_free(&rest);
}

static int put_record(struct opn_state *state, struct opn_pair *pair, const void *value)
{
	for (size_t i = 0; i < 2 * state->copies; i++) {
		int err = bpf_map_update_elem(pair->sides[i].fd, NULL, value, BPF_ANY);

		if (!err)
			continue;
		while (i--)
			drop_record(pair, &pair->sides[i]);
		return err;
	}
	return opn_records_add(&pair->put_records, value, pair->info.value_size);
}

static void touch(struct opn_state *state, struct opn_pair *pair)
{
	pair->dirty = true;
	state->fresh = false;
}

int opn_pair_put_all(struct opn_state *state, struct opn_pair *pair, const void *key,
		     const uint8_t *all)
{
	int err = put_everywhere(state, pair, key, all);

	touch(state, pair);
	return err ? err : opn_table_set(&pair->puts, pair->info.key_size, pair->stride, key, all);
}

static int put_element(struct opn_state *state, struct opn_pair *pair, const void *key,
		       const void *value)
{
	uint8_t *all = spread_value(pair, value);
	int err = all ? opn_pair_put_all(state, pair, key, all) : -ENOMEM;

	free(all);
	return err;
}

int opn_pair_put(struct opn_state *state, struct opn_pair *pair, const void *key, const void *value)
{
	if (!pair->info.settable)
		return -EOPNOTSUPP;
	touch(state, pair);
	if (opn_pair_holds_maps(pair))
		return opn_inner_put(state, pair, key);
	if (pair->way == OPN_WAY_QUEUE)
		return put_record(state, pair, value);
	if (!pair->info.internal)
		return put_element(state, pair, key, value);
	put_section(state, pair, value);
	return opn_table_set(&pair->puts, pair->info.key_size, pair->section_size[0], key, value);
}

int opn_state_put(struct opn_state *state, size_t map, const void *key, const void *value)
{
	return map < state->count ? opn_pair_put(state, state->pairs[map], key, value) : -ENOENT;
}

/* ---- what a run changed ---- */

static bool image_changed(struct opn_pair *pair, const uint8_t *now, const uint8_t *start)
{
	if (pair->info.internal)
		return memcmp(now, pair->puts.count ? pair->puts.values : start,
			      pair->section_size[0]);
	if (!pair->puts.count)
		return memcmp(now, start, opn_pair_image_size(pair, 0));
	for (uint32_t i = 0; i < pair->info.max_entries; i++) {
		size_t at = (size_t)i * pair->stride, put;

		if (!memcmp(now + at, start + at, pair->stride))
			continue;
		put = opn_table_find(&pair->puts, sizeof(i), &i);
		if (put == SIZE_MAX ||
		    memcmp(now + at, pair->puts.values + put * pair->stride, pair->stride))
			return true;
	}
	return false;
}

static bool table_changed(struct opn_pair *pair, struct opn_side *side)
{
	uint32_t key_size = pair->info.key_size;
	size_t expected = side->start_table.count;

	for (size_t i = 0; i < pair->puts.count; i++)
		expected += opn_table_find(&side->start_table, key_size,
					   pair->puts.keys + i * key_size) == SIZE_MAX;
	if (side->table.count != expected)
		return true;
	for (size_t i = 0; i < side->table.count; i++) {
		const uint8_t *key = side->table.keys + i * key_size, *value;
		struct opn_table *from = &pair->puts;
		size_t at = opn_table_find(from, key_size, key);

		if (at == SIZE_MAX) {
			from = &side->start_table;
			at = opn_table_find(from, key_size, key);
		}
		if (at == SIZE_MAX)
			return true;
		value = from->values + at * pair->stride;
		if (memcmp(value, side->table.values + i * pair->stride, pair->stride))
			return true;
	}
	return false;
}

/* What was put into a queue comes after its start, on a stack before it and backwards. */
static bool queue_changed(const struct opn_pair *pair, const struct opn_side *side)
{
	const struct opn_records *start = &side->start_records, *puts = &pair->put_records;
	bool is_stack = pair->info.type == BPF_MAP_TYPE_STACK;
	size_t size;

	if (side->records.count != start->count + puts->count)
		return true;
	for (size_t i = 0; i < side->records.count; i++) {
		const uint8_t *now = opn_records_at(&side->records, i, &size), *was;

		if (is_stack)
			was = i < puts->count ? opn_records_at(puts, puts->count - 1 - i, &size)
					      : opn_records_at(start, i - puts->count, &size);
		else
			was = i < start->count ? opn_records_at(start, i, &size)
					       : opn_records_at(puts, i - start->count, &size);
		if (memcmp(now, was, size))
			return true;
	}
	return false;
}

static bool pair_changed(struct opn_state *state, struct opn_pair *pair)
{
	struct opn_side *side = &pair->sides[0];

	/* samples are taken out by comparing, not here */
	if (pair->constant || pair->info.uncompared || pair->way == OPN_WAY_RING ||
	    pair->way == OPN_WAY_PERF)
		return false;
	if (!opn_pair_is_fresh(state, pair) && opn_side_read(state, pair, side))
		return false;
	switch (pair->way) {
	case OPN_WAY_IMAGE:
		return image_changed(pair, opn_side_image(side), side->start_image);
	case OPN_WAY_TABLE:
		return table_changed(pair, side);
	case OPN_WAY_QUEUE:
		return queue_changed(pair, side);
	case OPN_WAY_NONE:
	case OPN_WAY_SLOTS:
	case OPN_WAY_RING:
	case OPN_WAY_PERF:
		return false;
	}
	return false;
}

bool opn_state_changed(struct opn_state *state)
{
	for (size_t i = 0; !state->changed && i < state->count; i++)
		state->changed = pair_changed(state, state->pairs[i]);
	return state->changed;
}
