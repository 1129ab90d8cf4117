// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * guide_stage.c - a packet that found something new, with one field changed at a time
 *
 * What lies one field away from a known path is found by going there, not by luck: every field in
 * turn gets its neighbours, its extremes, each of its bits turned, and the words of its size. Every
 * second change leaves lengths and checksums as they were.
 */
#include <stdlib.h>
#include <string.h>

#include "guide_private.h"

#define WORDS 24 /* of the dictionary, for one field */

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
	number -= 4;
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

/* Longer ones: addresses get the words of their size; of payload the first bytes are tried. */
static bool change_bytes(const struct opn_dictionary *dictionary, const struct opn_field *field,
			 uint8_t *at, size_t number)
{
	size_t seen = 0;

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

	while (stage->next < stage->count) {
		const struct opn_packet *packet = &stage->list[stage->next++];

		opn_arena_free(stage->arena);
		stage->arena = opn_arena_new(NULL, NULL);
		if (!stage->arena)
			return false;
		stage->packet = packet;
		stage->field = stage->change = 0;
		stage->fields = opn_packet_fields(stage->arena, packet->data, packet->length,
						  &stage->field_count);
		if (stage->fields && stage->field_count)
			return true;
	}
	stage->packet = NULL;
	return false;
}

uint32_t opn_guide_stage_next(struct opn_guide *guide, uint8_t *data)
{
	struct guide_stage *stage = &guide->stage;

	while (stage->packet || next_packet(guide)) {
		const struct opn_field *field = &stage->fields[stage->field];
		size_t number = stage->change++;
		bool changed;

		memcpy(data, stage->packet->data, stage->packet->length);
		changed = field->size <= 8 ? change_number(&guide->dictionary, field,
							   data + field->offset, number)
					   : change_bytes(&guide->dictionary, field,
							  data + field->offset, number);
		if (changed) {
			if (number % 2)
				opn_packet_fix(data, stage->packet->length, false);
			return stage->packet->length;
		}
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
	stage->list[stage->count++] = (struct opn_packet){ copy, length };
}

void opn_guide_stage_clear(struct opn_guide *guide)
{
	for (size_t i = 0; i < guide->stage.count; i++)
		free(guide->stage.list[i].data);
	opn_arena_free(guide->stage.arena);
}
