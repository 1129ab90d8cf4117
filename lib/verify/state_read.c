// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_read.c - what a map holds now, in as few system calls as its type allows
 *
 * This runs for every sequence of packets. Mapped arrays are read in place; hash, LPM and unmapped
 * arrays come with BPF_MAP_LOOKUP_BATCH, thousands of elements a call. Locks, timers and kptrs
 * inside of values are zero in what the kernel gives (check_and_init_map_value()).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "state_internal.h"

const uint8_t *opn_side_image(const struct opn_side *side)
{
	return side->memory ? side->memory : side->image;
}

size_t opn_pair_image_size(const struct opn_pair *pair, int which)
{
	if (pair->info.internal)
		return pair->section_size[which];
	return (size_t)pair->info.max_entries * pair->stride;
}

static void *scratch(struct opn_state *state, size_t size)
{
	void *memory;

	if (size <= state->scratch_size)
		return state->scratch;
	memory = realloc(state->scratch, size);
	if (!memory)
		return NULL;
	state->scratch = memory;
	state->scratch_size = size;
	return memory;
}

/* The kernel hands values of plain arrays out without the padding that they have in the map. */
static void spread(const struct opn_pair *pair, uint8_t *image)
{
	uint32_t size = pair->info.value_size;

	if (pair->cpus > 1 || pair->info.type != BPF_MAP_TYPE_ARRAY || pair->info.internal ||
	    size == pair->stride)
		return;
	for (size_t i = pair->info.max_entries; i-- > 0;) {
		memmove(image + i * pair->stride, image + i * size, size);
		memset(image + i * pair->stride + size, 0, pair->stride - size);
	}
}

/* Of what the kernel hands out for an element. Data sections may be of two sizes. */
static uint32_t given_size(const struct opn_pair *pair, const struct opn_side *side)
{
	if (pair->info.internal)
		return pair->section_size[(side - pair->sides) % 2];
	return pair->info.type == BPF_MAP_TYPE_ARRAY ? pair->info.value_size : pair->stride;
}

static int read_array(struct opn_state *state, const struct opn_pair *pair, struct opn_side *side)
{
	uint32_t total = pair->info.max_entries, done = 0, token[2] = { 0 };
	uint32_t given = given_size(pair, side);
	uint32_t *keys = scratch(state, (size_t)total * sizeof(*keys));
	int err;

	if (!side->image)
		side->image = calloc(total, MAX(MAX(pair->stride, given), 1u));
	if (!keys || !side->image)
		return -ENOMEM;
	while (done < total) {
		uint32_t count = total - done;

		err = bpf_map_lookup_batch(side->fd, done ? &token[0] : NULL, &token[1], keys,
					   side->image + (size_t)done * given, &count, NULL);
		if (err && err != -ENOENT)
			return err;
		done += count;
		token[0] = token[1];
		if (err || !count)
			break;
	}
	if (done < total)
		return -EIO;
	spread(pair, side->image);
	return 0;
}

/* A bucket's elements come together or not at all: with -ENOSPC there was no room for them
 * (kernel/bpf/hashtab.c: __htab_map_lookup_and_delete_batch()). */
static int read_table(struct opn_state *state, const struct opn_pair *pair, struct opn_side *side)
{
	uint32_t key_size = pair->info.key_size, token_size = MAX(key_size, 8u);
	uint8_t *tokens = scratch(state, 2 * (size_t)token_size);
	struct opn_table *table = &side->table;
	size_t least = 256;
	bool first = true;
	int err;

	if (!tokens)
		return -ENOMEM;
	opn_table_empty(table);
	for (;;) {
		uint32_t count;

		err = opn_table_reserve(table, key_size, pair->stride, table->count + least);
		if (err)
			return err;
		count = (uint32_t)(table->capacity - table->count);
		err = bpf_map_lookup_batch(side->fd, first ? NULL : tokens, tokens + token_size,
					   table->keys + table->count * key_size,
					   table->values + table->count * pair->stride, &count,
					   NULL);
		if (err == -ENOSPC) {
			least *= 4;
			continue;
		}
		if (err && err != -ENOENT)
			return err;
		table->count += count;
		if (err || !count)
			return 0;
		memcpy(tokens, tokens + token_size, token_size);
		first = false;
	}
}

int opn_slots_read(int fd, uint32_t key_size, uint32_t value_size, struct opn_table *table)
{
	uint8_t *room = malloc(2 * (size_t)key_size + value_size), *key = room, *next, *value;
	int err;

	if (!room)
		return -ENOMEM;
	next = room + key_size;
	value = next + key_size;
	opn_table_empty(table);
	err = bpf_map_get_next_key(fd, NULL, next);
	while (!err) {
		memcpy(key, next, key_size);
		err = bpf_map_lookup_elem(fd, key, value);
		if (!err)
			err = opn_table_set(table, key_size, value_size, key, value);
		else if (err == -ENOENT) /* an empty slot */
			err = 0;
		if (!err)
			err = bpf_map_get_next_key(fd, key, next);
	}
	free(room);
	return err == -ENOENT ? 0 : err;
}

int opn_side_read(struct opn_state *state, const struct opn_pair *pair, struct opn_side *side)
{
	switch (pair->way) {
	case OPN_WAY_NONE:
		return 0;
	case OPN_WAY_IMAGE:
		return side->memory ? 0 : read_array(state, pair, side);
	case OPN_WAY_TABLE:
		return read_table(state, pair, side);
	case OPN_WAY_SLOTS:
		return opn_slots_read(side->fd, pair->info.key_size, pair->info.value_size,
				      &side->table);
	case OPN_WAY_QUEUE:
		return opn_queue_read(pair, side);
	case OPN_WAY_RING:
	case OPN_WAY_PERF:
		return opn_samples_read(side);
	}
	return -EINVAL;
}
