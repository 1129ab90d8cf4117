// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * guide_stage.c - a packet that found something new, with one field changed at a time
 *
 * What lies one field away from a known path is found by going there, not by luck: every field in
 * turn gets its neighbours, its extremes, each of its bits turned, and the words of its size. Every
 * second change leaves lengths and checksums as they were.
 *
 * The neighbours and extremes of all packets come before the rest of any, and the packet that was
 * found last is the next: it is the one that came furthest, and of a long list the end is not
 * reached.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "guide_private.h"

#define WORDS	 24 /* of the dictionary, for one field */
#define EXTREMES 4  /* changes that every field gets first */
#define ADDRESS	 16 /* bytes: longer ones are what is not understood */
#define UNKNOWN	 16 /* first words of that: a program may take them for a header */

static uint64_t get_number(const uint8_t *at, uint32_t size)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < size; i++)
		value = value << 8 | at[i];
	return value;
}

static void put_number(uint8_t *at, uint32_t size, uint64_t value)
{
	for (uint32_t i = size; i-- > 0; value >>= 8)
		at[i] = (uint8_t)value;
}

/* The change of this number to a field of at most 8 bytes; false: there are no more. */
static bool change_number(const struct opn_dictionary *dictionary, const struct opn_field *field,
			  uint8_t *at, size_t number)
{
	uint64_t value = get_number(at, field->size);
	uint32_t bits = field->size * 8;
	size_t seen = 0;

	switch (number) {
	case 0:
		put_number(at, field->size, value + 1);
		return true;
	case 1:
		put_number(at, field->size, value - 1);
		return true;
	case 2:
		memset(at, 0, field->size);
		return true;
	case 3:
		memset(at, 0xff, field->size);
		return true;
	default:
		break;
	}
	number -= EXTREMES;
	if (number < bits) {
		at[number / 8] ^= (uint8_t)(1 << number % 8);
		return true;
	}
	number -= bits;
	for (size_t i = 0; number < WORDS && i < dictionary->count; i++) {
		if (dictionary->words[i].size != field->size || seen++ != number)
			continue;
		memcpy(at, dictionary->words[i].bytes, field->size);
		return true;
	}
	return false;
}

static size_t count_extremes(const struct opn_field *field)
{
	return EXTREMES + (field->size > ADDRESS ? 2 * MIN(field->size / 2, UNKNOWN) : 0);
}

/* Longer ones: addresses get the words of their size; of payload the first bytes are tried. */
static bool change_bytes(const struct opn_dictionary *dictionary, const struct opn_field *field,
			 uint8_t *at, size_t number)
{
	size_t seen = 0;

	switch (number) {
	case 0:
		for (uint32_t i = 0; i < field->size; i++)
			at[i] = (uint8_t)~at[i];
		return true;
	case 1:
		at[field->size - 1]++;
		return true;
	case 2:
		memset(at, 0, field->size);
		return true;
	case 3:
		at[field->size - 1]--;
		return true;
	default:
		break;
	}
	if (number < count_extremes(field)) {
		number -= EXTREMES;
		memset(at + number / 2 * 2, number % 2 ? 0 : 0xff, 2);
		return true;
	}
	number -= count_extremes(field);
	if (number < 16) {
		at[number / 8] ^= (uint8_t)(1 << number % 8);
		return true;
	}
	number -= 16;
	for (size_t i = 0; number < WORDS && i < dictionary->count; i++) {
		if (dictionary->words[i].size != field->size || seen++ != number)
			continue;
		memcpy(at, dictionary->words[i].bytes, field->size);
		return true;
	}
	return false;
}

static bool next_packet(struct opn_guide *guide)
{
	struct guide_stage *stage = &guide->stage;
	size_t next;

	for (stage->round = OPN_GUIDE_EXTREMES; stage->round < OPN_GUIDE_ROUNDS; stage->round++) {
		while (stage->left_count[stage->round]) {
			next = stage->left[stage->round][--stage->left_count[stage->round]];
			opn_arena_free(stage->arena);
			stage->arena = opn_arena_new(NULL, NULL);
			if (!stage->arena)
				return false;
			stage->packet = &stage->list[next];
			stage->fields =
				opn_packet_fields(stage->arena, stage->packet->data,
						  stage->packet->length, &stage->field_count);
			stage->field = 0;
			stage->change = 0;
			if (stage->fields && stage->field_count)
				return true;
		}
	}
	stage->packet = NULL;
	return false;
}

static bool change_field(const struct opn_guide *guide, const struct opn_field *field,
			 uint8_t *data, size_t number)
{
	const struct guide_stage *stage = &guide->stage;
	uint8_t *at = data + field->offset, changed[8];

	memcpy(data, stage->packet->data, stage->packet->length);
	if (field->size > sizeof(changed)) {
		if (!change_bytes(&guide->dictionary, field, at, number))
			return false;
	} else if (!change_number(&guide->dictionary, field, at, number)) {
		return false;
	}
	if (number % 2) {
		/* A checksum itself is not made right again. */
		memcpy(changed, at, MIN(field->size, sizeof(changed)));
		opn_packet_fix(data, stage->packet->length, false);
		memcpy(at, changed, MIN(field->size, sizeof(changed)));
	}
	return true;
}

uint32_t opn_guide_stage_next(struct opn_guide *guide, uint8_t *data)
{
	struct guide_stage *stage = &guide->stage;

	while (stage->packet || next_packet(guide)) {
		const struct opn_field *field = &stage->fields[stage->field];
		size_t extremes = count_extremes(field), number = stage->change++;

		if (stage->round == OPN_GUIDE_ALL)
			number += extremes;
		if ((number < extremes || stage->round == OPN_GUIDE_ALL) &&
		    change_field(guide, field, data, number))
			return stage->packet->length;
		stage->change = 0;
		if (++stage->field == stage->field_count)
			stage->packet = NULL;
	}
	return 0;
}

void opn_guide_stage_add(struct opn_guide *guide, const uint8_t *data, uint32_t length)
{
	struct guide_stage *stage = &guide->stage;
	uint8_t *copy;

	/* Longer ones are the same headers with more payload. */
	if (stage->count == OPN_GUIDE_STAGED || length > OPN_GUIDE_STAGED_LENGTH)
		return;
	copy = malloc(length);
	if (!copy)
		return;
	memcpy(copy, data, length);
	for (int round = 0; round < OPN_GUIDE_ROUNDS; round++)
		stage->left[round][stage->left_count[round]++] = stage->count;
	stage->list[stage->count++] = (struct opn_packet){ copy, length };
}

void opn_guide_stage_clear(struct opn_guide *guide)
{
	for (size_t i = 0; i < guide->stage.count; i++)
		free(guide->stage.list[i].data);
	opn_arena_free(guide->stage.arena);
}
