// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * guide.c - which packets and map contents to try next
 *
 * The method is input-to-state correspondence (Aschermann et al., "REDQUEEN", NDSS 2019): most
 * values that a packet program compares are fields of the packet, read as they stand or with their
 * bytes swapped, so that they can be found again in the packet and replaced by what was wanted.
 */
#include "guide.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "guide_private.h"

/* ---- memory that grows ---- */

static int keep_packet(struct opn_packet *list, size_t *count, size_t room, const uint8_t *data,
		       uint32_t length, size_t replace)
{
	size_t at = *count < room ? *count : replace;
	uint8_t *copy = malloc(length ? length : 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, length);
	if (at == *count)
		++*count;
	else
		free(list[at].data);
	list[at] = (struct opn_packet){ copy, length };
	return 0;
}

int opn_guide_keep(struct opn_guide *guide, const uint8_t *data, uint32_t length)
{
	/* The oldest ones beyond the first quarter make room. */
	size_t replace = OPN_GUIDE_CORPUS / 4 +
			 guide->replaced++ % (OPN_GUIDE_CORPUS - OPN_GUIDE_CORPUS / 4);

	return keep_packet(guide->corpus, &guide->corpus_count, OPN_GUIDE_CORPUS, data, length,
			   replace);
}

/* ---- learning ---- */

static int learn_constants(struct opn_guide *guide, const struct opn_program *program)
{
	size_t count = 0;
	uint64_t *constants = opn_program_constants(program, guide->arena, &count);
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		error = opn_dictionary_add_number(&guide->dictionary, constants[i]);
		/* Times are constants of some microseconds to some hours. */
		if (constants[i] >= 1000 && constants[i] < (1ULL << 44) &&
		    guide->delay_count < OPN_GUIDE_DELAYS)
			guide->delays[guide->delay_count++] = constants[i];
	}
	return error;
}

static int prepare_side(struct opn_guide *guide, int side)
{
	const struct opn_program *program = guide->bench->traced[side];
	struct guide_side *own = &guide->side[side];
	struct opn_line *lines;
	size_t count;

	if (!program)
		return learn_constants(guide, guide->bench->plain[side]);
	own->edges = opn_program_edges(program, &own->edge_count);
	own->seen = calloc(own->edge_count + 1, 1);
	lines = opn_program_lines(program, guide->arena, &count);
	for (size_t i = 0; lines && i < count; i++) {
		if (lines[i].block >= own->block_count)
			own->block_count = lines[i].block + 1;
	}
	own->block_hits = calloc(own->block_count + 1, sizeof(*own->block_hits));
	own->lengths = calloc(own->edge_count + 1, 1);
	own->bits = calloc(own->edge_count + 1, sizeof(*own->bits));
	own->frontier = calloc(own->edge_count + 1, sizeof(*own->frontier));
	if (!own->seen || !own->block_hits || !own->lengths || !own->bits || !own->frontier)
		return -ENOMEM;
	return learn_constants(guide, program);
}

struct opn_guide *opn_guide_new(struct opn_bench *bench)
{
	struct opn_guide *guide = calloc(1, sizeof(*guide));

	if (!guide)
		return NULL;
	guide->bench = bench;
	guide->arena = opn_arena_new(NULL, NULL);
	if (!guide->arena || prepare_side(guide, 0) || prepare_side(guide, 1)) {
		opn_guide_free(guide);
		return NULL;
	}
	return guide;
}

static void free_side(struct guide_side *own)
{
	for (size_t i = 0; own->frontier && i < own->edge_count; i++)
		opn_guide_queue_clear(&own->frontier[i].queue);
	free(own->frontier);
	free(own->seen);
	free(own->block_hits);
	free(own->lengths);
	free(own->bits);
}

void opn_guide_free(struct opn_guide *guide)
{
	if (!guide)
		return;
	for (size_t i = 0; i < guide->corpus_count; i++)
		free(guide->corpus[i].data);
	opn_guide_queue_clear(&guide->candidates);
	opn_guide_queue_clear(&guide->bits);
	opn_guide_queue_clear(&guide->turned);
	for (size_t i = 0; i < guide->key_count; i++)
		free(guide->keys[i].packet.data);
	for (int side = 0; side < 2; side++)
		free_side(&guide->side[side]);
	opn_guide_stage_clear(guide);
	opn_dictionary_free(&guide->dictionary);
	opn_arena_free(guide->arena);
	free(guide);
}

/* Returns whether the last run took an edge that no run took before. */
static bool note_edges(struct opn_guide *guide, int side)
{
	const struct opn_program *program = guide->bench->traced[side];
	struct guide_side *own = &guide->side[side];
	const uint8_t *hits = opn_program_hits(program);
	bool is_new = false;

	for (size_t i = 0; i < own->edge_count; i++) {
		if (hits[i] && !own->seen[i]) {
			own->seen[i] = 1;
			opn_guide_queue_clear(&own->frontier[i].queue);
			is_new = true;
		}
	}
	for (size_t i = 0; i < own->block_count; i++)
		own->block_hits[i] += opn_program_block_hit(program, i);
	return is_new;
}

/* Whether nobody took these edges, and no others, before. */
static bool note_path(struct guide_paths *paths, uint64_t hash)
{
	size_t at = hash % OPN_GUIDE_PATHS;

	if (paths->count >= OPN_GUIDE_PATHS / 2)
		return false;
	hash += !hash;
	while (paths->hashes[at] && paths->hashes[at] != hash)
		at = (at + 1) % OPN_GUIDE_PATHS;
	if (paths->hashes[at])
		return false;
	paths->hashes[at] = hash;
	paths->count++;
	return true;
}

static bool has_key(const struct opn_guide *guide, size_t map, const uint8_t *key, uint32_t size)
{
	for (size_t i = 0; i < guide->key_count; i++) {
		if (guide->keys[i].map == map && !memcmp(guide->keys[i].bytes, key, size))
			return true;
	}
	return false;
}

static void remember_key(struct opn_guide *guide, size_t map, const uint8_t *bytes, uint32_t size,
			 const struct opn_step *step)
{
	struct guide_key *key = guide->key_count < OPN_GUIDE_KEYS
					? &guide->keys[guide->key_count++]
					: &guide->keys[guide->key_turn++ % OPN_GUIDE_KEYS];

	free(key->packet.data);
	key->map = map;
	memcpy(key->bytes, bytes, size);
	key->packet = (struct opn_packet){ malloc(step->length), step->length };
	if (key->packet.data)
		memcpy(key->packet.data, step->data, step->length);
}

static void note_lookups(struct opn_guide *guide, int side, const struct opn_step *step)
{
	struct opn_lookup lookups[OPN_GUIDE_LOOKUPS];
	size_t count = opn_program_lookups(guide->bench->traced[side], lookups, OPN_GUIDE_LOOKUPS);

	for (size_t i = 0; i < count && i < OPN_GUIDE_LOOKUPS; i++) {
		size_t map = opn_state_find(guide->bench->state, lookups[i].map_id);
		const struct opn_state_map *facts;

		if (map == SIZE_MAX)
			continue;
		facts = opn_state_map(guide->bench->state, map);
		if (!facts->settable || facts->ignored ||
		    facts->key_size > sizeof(lookups[i].key) ||
		    has_key(guide, map, lookups[i].key, facts->key_size))
			continue;
		remember_key(guide, map, lookups[i].key, facts->key_size, step);
	}
}

int opn_guide_watch(struct opn_guide *guide, const struct opn_step *step)
{
	uint64_t both = 0, hash;
	bool is_new = false;
	int error = 0;

	guide->watched++;
	for (int side = 0; side < 2; side++) {
		if (!guide->bench->traced[side])
			continue;
		if (guide->bench->traced_output[side].error)
			continue;
		is_new |= note_edges(guide, side);
		note_lookups(guide, side, step);
		hash = opn_hash(opn_program_hits(guide->bench->traced[side]),
				guide->side[side].edge_count);
		if (side == 0)
			note_path(&guide->first, hash);
		both = both * 31 + hash;
	}
	if (is_new) {
		guide->last_new = guide->watched;
		opn_guide_stage_add(guide, step->data, step->length);
		error = opn_guide_keep(guide, step->data, step->length);
	}
	if (!error && note_path(&guide->both, both))
		error = opn_guide_turn(guide, step);
	/* Others now and then too: what they compare depends on the maps. */
	return error ?: opn_guide_correspond(guide, step, is_new, guide->watched % 16 == 0);
}

/* ---- choosing ---- */

static uint64_t next_clock(const struct opn_guide *guide, struct opn_random *random, uint64_t clock)
{
	static const uint64_t delays[] = { 0, 1, 1000, 1000000, 1000000000, 60000000000ULL };
	uint32_t kind = opn_random_below(random, 4);

	if (kind == 0)
		return clock;
	if (kind == 1 && guide->delay_count)
		return clock + guide->delays[opn_random_below(random, guide->delay_count)] +
		       opn_random_below(random, 3) - 1;
	if (kind == 2)
		return clock + opn_random_below(random, 1000000);
	return clock + delays[opn_random_below(random, sizeof(delays) / sizeof(delays[0]))];
}

static uint64_t context_value(const struct opn_guide *guide, struct opn_random *random)
{
	const struct opn_dictionary *dictionary = &guide->dictionary;
	uint32_t value = 0;

	switch (opn_random_below(random, 4)) {
	case 0:
		return opn_random_below(random, 4);
	case 1:
		if (dictionary->count)
			memcpy(&value,
			       dictionary->words[opn_random_below(random, dictionary->count)].bytes,
			       sizeof(value));
		return value;
	case 2:
		return (uint32_t)opn_random_next(random);
	}
	return 0;
}

/* The packet ends where a program asks whether it does, or a byte beside. */
static uint32_t cut_at_limit(const struct opn_guide *guide, struct opn_random *random,
			     uint32_t length)
{
	uint32_t limit;

	if (!guide->limit_count)
		return length;
	limit = guide->limits[opn_random_below(random, (uint32_t)guide->limit_count)] - 1u +
		opn_random_below(random, 3);
	return limit >= 14 && limit < length ? limit : length;
}

/* Out of 32 choices of where a packet comes from: up to which number. What is made for a purpose
 * comes first, as long as there is any. */
enum {
	FROM_BITS = 4,
	FROM_FRONTIER = 13,
	FROM_CANDIDATES = 18,
	FROM_TURNED = 21,
	FROM_SAME = 22,
	FROM_FLOW = 23,
	FROM_NOTHING = 24,
	FROM_CORPUS = 26,
	FROM_STAGE = 32
};

/* The flow of the packet before, for programs that remember. */
static uint32_t go_on(struct opn_guide *guide, struct opn_random *random,
		      const struct opn_step *previous, bool same, uint8_t *data)
{
	memcpy(data, previous->data, previous->length);
	if (same)
		return previous->length;
	if (!opn_random_below(random, 4))
		return cut_at_limit(guide, random, previous->length);
	return opn_packet_mutate(random, &guide->dictionary, data, previous->length);
}

/* One that was made for a purpose; 0: there is none. */
static uint32_t choose_made(struct opn_guide *guide, struct opn_random *random, uint32_t kind,
			    uint8_t *data)
{
	uint32_t length = 0;

	if (kind < FROM_BITS && guide->bits.count)
		return opn_guide_queue_take(&guide->bits, data);
	if (kind < FROM_FRONTIER)
		length = opn_guide_frontier_take(guide, random, data);
	else if (kind >= FROM_CANDIDATES && guide->turned.count)
		length = opn_guide_queue_take(&guide->turned, data);
	if (!length && guide->candidates.count)
		length = opn_guide_queue_take(&guide->candidates, data);
	if (!length && guide->bits.count)
		length = opn_guide_queue_take(&guide->bits, data);
	return length;
}

static uint32_t choose_packet(struct opn_guide *guide, struct opn_random *random,
			      const struct opn_step *previous, uint8_t *data)
{
	uint32_t kind = opn_random_below(random, FROM_STAGE), length;
	const struct opn_packet *from;

	if (kind >= FROM_CORPUS) {
		length = opn_guide_stage_next(guide, data);
		if (length)
			return length;
	}
	length = kind < FROM_TURNED ? choose_made(guide, random, kind, data) : 0;
	if (length)
		return length;
	if (kind < FROM_FLOW && previous)
		return go_on(guide, random, previous, kind >= FROM_TURNED && kind < FROM_SAME,
			     data);
	if (kind < FROM_NOTHING || !guide->corpus_count)
		return opn_packet_generate(random, &guide->dictionary, data);
	from = &guide->corpus[opn_random_below(random, guide->corpus_count)];
	memcpy(data, from->data, from->length);
	length = from->length;
	for (uint32_t times = 1 + opn_random_below(random, 3); times; times--)
		length = opn_packet_mutate(random, &guide->dictionary, data, length);
	return length;
}

void opn_guide_step(struct opn_guide *guide, struct opn_random *random,
		    const struct opn_step *previous, struct opn_step *step)
{
	step->length = choose_packet(guide, random, previous, step->data);
	step->clock =
		next_clock(guide, random,
			   previous ? previous->clock
				    : (1ULL + opn_random_below(random, 1000)) * 1000000000ULL);
	step->random = opn_random_next(random);
	for (size_t i = 0; i < guide->bench->shared_count; i++)
		step->context[i] = guide->bench->shared[i].in ? context_value(guide, random) : 0;
	step->origin = "generated";
}

static int add_fill(struct opn_guide *guide, struct opn_random *random, struct opn_arena *arena,
		    struct opn_sequence *sequence, size_t map, const uint8_t *key)
{
	const struct opn_state_map *facts = opn_state_map(guide->bench->state, map);
	uint8_t *copy = opn_arena_alloc(arena, facts->key_size);
	uint8_t *value = opn_arena_alloc(arena, facts->value_size);

	if (!copy || !value)
		return -ENOMEM;
	memcpy(copy, key, facts->key_size);
	opn_state_invent(guide->bench->state, map, random, &guide->dictionary, copy, value);
	sequence->fills[sequence->fill_count++] = (struct opn_fill){ map, copy, value };
	return 0;
}

int opn_guide_fills(struct opn_guide *guide, struct opn_random *random, struct opn_arena *arena,
		    struct opn_sequence *sequence)
{
	unsigned int tied = 0;
	int error = 0;

	sequence->fill_count = 0;
	sequence->fills = opn_arena_array(arena, OPN_GUIDE_KEYS + 1, sizeof(*sequence->fills));
	if (!sequence->fills)
		return -ENOMEM;
	/* One sequence in four starts from the maps as they are. */
	if (!opn_random_below(random, 4))
		return 0;
	for (size_t i = 0; !error && i < guide->key_count; i++) {
		/* All of a small pool, a part of a large one. */
		if (opn_random_below(random, (uint32_t)(guide->key_count / 32 + 2)))
			continue;
		error = add_fill(guide, random, arena, sequence, guide->keys[i].map,
				 guide->keys[i].bytes);
		/* A key is of use to the packet that looks it up. */
		if (!error && guide->keys[i].packet.data && tied++ < OPN_GUIDE_TIED)
			error = opn_guide_queue(&guide->candidates, guide->keys[i].packet.data,
						guide->keys[i].packet.length);
	}
	return error;
}

const uint8_t *opn_guide_seen(const struct opn_guide *guide, int side)
{
	return guide->side[side].seen;
}

uint64_t opn_guide_block_hits(const struct opn_guide *guide, int side, size_t block)
{
	return block < guide->side[side].block_count ? guide->side[side].block_hits[block] : 0;
}

size_t opn_guide_paths(const struct opn_guide *guide)
{
	return guide->first.count;
}

uint64_t opn_guide_stale(const struct opn_guide *guide)
{
	return guide->watched - guide->last_new;
}
