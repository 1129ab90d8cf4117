// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_write.c - one map of one side: set, remembered, put back
 *
 * Putting back touches what differs and nothing else: most maps are as they were after most
 * sequences. What values own cannot be seen, and is freed by setting the element again
 * (kernel/bpf/arraymap.c: array_map_update_elem(), hashtab.c: htab_map_update_elem()).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "state_internal.h"

enum { CHUNK = 4096 };

int opn_side_set(const struct opn_pair *pair, struct opn_side *side, const void *key,
		 const void *value)
{
	uint32_t index;

	if (!side->memory)
		return bpf_map_update_elem(side->fd, key, value, BPF_ANY);
	memcpy(&index, key, sizeof(index));
	if (index >= pair->info.max_entries)
		return -E2BIG;
	memcpy(side->memory + (size_t)index * pair->stride, value, pair->info.value_size);
	return 0;
}

/* ---- the start state ---- */

static int mark_image(struct opn_pair *pair, struct opn_side *side, int which)
{
	size_t size = opn_pair_image_size(pair, which);

	if (!side->start_image)
		side->start_image = malloc(MAX(size, (size_t)1));
	if (!side->start_image)
		return -ENOMEM;
	memcpy(side->start_image, opn_side_image(side), size);
	return 0;
}

int opn_side_mark(struct opn_state *state, struct opn_pair *pair, struct opn_side *side, int which)
{
	int err = opn_side_read(state, pair, side);

	if (err)
		return err;
	switch (pair->way) {
	case OPN_WAY_IMAGE:
		return mark_image(pair, side, which);
	case OPN_WAY_TABLE:
		return opn_table_copy(&side->start_table, &side->table, pair->info.key_size,
				      pair->stride);
	case OPN_WAY_SLOTS:
		return opn_table_copy(&side->start_table, &side->table, pair->info.key_size,
				      pair->info.value_size);
	case OPN_WAY_QUEUE:
		return opn_records_copy(&side->start_records, &side->records);
	case OPN_WAY_NONE:
	case OPN_WAY_RING:
	case OPN_WAY_PERF:
		return 0;
	}
	return -EINVAL;
}

/* Elements of a hash map come in the order of its buckets, and within a bucket the one that was
 * added last is first: putting back one that was deleted changes the order and not the contents. */
bool opn_side_at_start(const struct opn_pair *pair, struct opn_side *side)
{
	uint32_t key_size = pair->info.key_size, size = pair->stride;
	struct opn_table old = side->start_table;
	size_t cursor = 0;

	if (opn_table_same(&old, &side->table, key_size, size))
		return true;
	if (old.count != side->table.count)
		return false;
	for (size_t i = 0; i < side->table.count; i++) {
		size_t at = opn_table_find_next(&side->start_table, key_size,
						side->table.keys + i * key_size, &cursor);

		if (at == SIZE_MAX || memcmp(side->start_table.values + at * size,
					     side->table.values + i * size, size))
			return false;
	}
	old = side->start_table;
	side->start_table = side->table;
	side->table = old;
	return true;
}

/* ---- putting back ---- */

static void reset_memory(const struct opn_pair *pair, struct opn_side *side, int which)
{
	size_t size = opn_pair_image_size(pair, which);

	for (size_t at = 0; at < size; at += CHUNK) {
		size_t part = MIN(size - at, (size_t)CHUNK);

		if (memcmp(side->memory + at, side->start_image + at, part))
			memcpy(side->memory + at, side->start_image + at, part);
	}
}

static int reset_image(const struct opn_pair *pair, struct opn_side *side, int which)
{
	size_t size = pair->info.internal ? pair->section_size[which] : pair->stride;
	int err = 0;

	if (side->memory) {
		reset_memory(pair, side, which);
		return 0;
	}
	for (uint32_t i = 0; !err && i < pair->info.max_entries; i++) {
		size_t at = (size_t)i * size;

		if (pair->owns || memcmp(side->image + at, side->start_image + at, size))
			err = bpf_map_update_elem(side->fd, &i, side->start_image + at, BPF_ANY);
	}
	return err;
}

static int delete_all(const struct opn_side *side, const uint8_t *keys, uint32_t key_size,
		      size_t count)
{
	uint32_t done = (uint32_t)count;
	int err;

	if (!count)
		return 0;
	if (count > 1 && !bpf_map_delete_batch(side->fd, keys, &done, NULL))
		return 0;
	/* an LRU map may have lost one meanwhile, and the batch ends there */
	for (size_t i = 0; i < count; i++) {
		err = bpf_map_delete_elem(side->fd, keys + i * key_size);
		if (err && err != -ENOENT)
			return err;
	}
	return 0;
}

/* Keys that the start state does not have go to the front of the table and are deleted. */
static int delete_new(const struct opn_pair *pair, struct opn_side *side)
{
	uint32_t key_size = pair->info.key_size;
	size_t count = 0, cursor = 0;
	uint8_t *keys;
	int err;

	if (!side->start_table.count)
		return delete_all(side, side->table.keys, key_size, side->table.count);
	keys = malloc(MAX(side->table.count, (size_t)1) * key_size);
	if (!keys)
		return -ENOMEM;
	for (size_t i = 0; i < side->table.count; i++) {
		const uint8_t *key = side->table.keys + i * key_size;

		if (opn_table_find_next(&side->start_table, key_size, key, &cursor) == SIZE_MAX)
			memcpy(keys + key_size * count++, key, key_size);
	}
	err = delete_all(side, keys, key_size, count);
	free(keys);
	return err;
}

static int reset_table(const struct opn_pair *pair, struct opn_side *side)
{
	uint32_t key_size = pair->info.key_size;
	struct opn_table *start = &side->start_table;
	size_t cursor = 0;
	int err;

	if (opn_side_at_start(pair, side) && !pair->owns)
		return 0;
	err = delete_new(pair, side);
	for (size_t i = 0; !err && i < start->count; i++) {
		const uint8_t *key = start->keys + i * key_size;
		const uint8_t *value = start->values + i * pair->stride;
		size_t at = opn_table_find_next(&side->table, key_size, key, &cursor);

		if (at == SIZE_MAX || pair->owns ||
		    memcmp(side->table.values + at * pair->stride, value, pair->stride))
			err = bpf_map_update_elem(side->fd, key, value, BPF_ANY);
	}
	return err;
}

/* Reading a queue leaves it as it was: it is emptied and filled only if it differs. */
static int reset_queue(const struct opn_pair *pair, struct opn_side *side)
{
	if (opn_records_same(&side->records, &side->start_records))
		return 0;
	return opn_queue_fill(pair, side, &side->start_records);
}

int opn_side_reset(struct opn_state *state, struct opn_pair *pair, struct opn_side *side, int which,
		   bool is_read)
{
	int err = is_read || pair->way == OPN_WAY_SLOTS ? 0 : opn_side_read(state, pair, side);

	if (err)
		return err;
	switch (pair->way) {
	case OPN_WAY_IMAGE:
		return reset_image(pair, side, which);
	case OPN_WAY_TABLE:
		return reset_table(pair, side);
	case OPN_WAY_SLOTS:
		return opn_slots_reset(pair, side);
	case OPN_WAY_QUEUE:
		return reset_queue(pair, side);
	case OPN_WAY_NONE:
	case OPN_WAY_RING:
	case OPN_WAY_PERF:
		return 0;
	}
	return -EINVAL;
}
