// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * guide_correspond.c - packets that turn a comparison the other way
 *
 * Four kinds of values are found again: a number that stands in the packet in either byte order,
 * the bits of one that is masked, a half byte (header lengths, versions), and the distance of two
 * packet pointers, which is about the packet's length.
 */
#include "guide_private.h"

#include <string.h>

#define COMPARISONS    512
#define PER_COMPARISON 6   /* places that are tried for one comparison */
#define SEARCHED       192 /* bytes of the packet */
#define LENGTHS_TRIED  8   /* times that one comparison of lengths is turned */
#define PER_BIT	       12  /* places that are tried for one bit of a mask */
#define BITS	       4   /* of one mask, each time that it is met */
#define BIT_ROUNDS     4   /* times that each bit of a mask is turned */
#define LINK_HEADER    12  /* nobody masks addresses in front of the first protocol */

/* Kernel pointers have their upper half set; differences of two pointers into one frame are small.
 */
#define IS_POINTER(value) ((value) >> 40)

static void put_number(uint8_t *at, uint64_t value, unsigned int size, bool big)
{
	for (unsigned int i = 0; i < size; i++)
		at[big ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

static bool fits(uint64_t value, unsigned int size)
{
	return size == 8 || value >> (8 * size) == 0;
}

/* Writes the wanted value wherever the seen one stands as a number of this size and order. */
static int replace_numbers(struct opn_guide *guide, const struct opn_step *step, uint64_t seen,
			   uint64_t wanted, unsigned int size, bool big, unsigned int *left)
{
	uint8_t pattern[8], copy[OPN_PACKET_MAX];
	uint32_t end = step->length < SEARCHED ? step->length : SEARCHED;
	int error = 0;

	put_number(pattern, seen, size, big);
	for (uint32_t at = 0; !error && *left && at + size <= end; at++) {
		if (memcmp(step->data + at, pattern, size))
			continue;
		memcpy(copy, step->data, step->length);
		put_number(copy + at, wanted, size, big);
		error = opn_guide_candidate(guide, copy, step->length);
		--*left;
	}
	return error;
}

static int replace_halves(struct opn_guide *guide, const struct opn_step *step, uint64_t seen,
			  uint64_t wanted, unsigned int *left)
{
	uint8_t copy[OPN_PACKET_MAX];
	uint32_t end = step->length < 64 ? step->length : 64;
	int error = 0;

	if (seen > 15 || wanted > 15)
		return 0;
	for (uint32_t at = 14; !error && *left && at < end; at++) {
		bool low = (step->data[at] & 15) == seen;

		if (!low && step->data[at] >> 4 != (int)seen)
			continue;
		memcpy(copy, step->data, step->length);
		copy[at] = low ? (uint8_t)((copy[at] & 0xf0) | wanted)
			       : (uint8_t)((copy[at] & 0x0f) | wanted << 4);
		error = opn_guide_candidate(guide, copy, step->length);
		--*left;
	}
	return error;
}

static int replace_value(struct opn_guide *guide, const struct opn_step *step, uint64_t seen,
			 uint64_t wanted)
{
	static const unsigned int sizes[] = { 8, 4, 2, 1 };
	unsigned int left = PER_COMPARISON;
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned int size = sizes[i];

		if (!fits(seen, size) || !fits(wanted, size))
			continue;
		error = replace_numbers(guide, step, seen, wanted, size, true, &left);
		if (!error && size > 1)
			error = replace_numbers(guide, step, seen, wanted, size, false, &left);
	}
	return error ?: replace_halves(guide, step, seen, wanted, &left);
}

static uint64_t get_number(const uint8_t *at, unsigned int size, bool big)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < size; i++)
		value = value << 8 | at[big ? i : size - 1 - i];
	return value;
}

/* Turns one bit wherever the packet has a number of this size whose masked bits are those seen. */
static int turn_bit_at(struct opn_guide *guide, const struct opn_step *step, uint64_t seen,
		       uint64_t mask, uint64_t bit, unsigned int size, bool big)
{
	uint32_t end = step->length < SEARCHED ? step->length : SEARCHED;
	unsigned int left = PER_BIT;
	uint8_t copy[OPN_PACKET_MAX];
	int error = 0;

	for (uint32_t at = LINK_HEADER; !error && left && at + size <= end; at++) {
		uint64_t value = get_number(step->data + at, size, big);

		if ((value & mask) != seen)
			continue;
		memcpy(copy, step->data, step->length);
		put_number(copy + at, value ^ bit, size, big);
		error = opn_guide_candidate(guide, copy, step->length);
		left--;
	}
	return error;
}

/* Each bit of a mask counts by itself, whatever side of the jump all of them together lead to. */
static int turn_bits(struct opn_guide *guide, const struct opn_step *step, uint64_t left,
		     uint64_t mask, struct guide_bits *bits)
{
	unsigned int size = mask >> 32 ? 8 : mask >> 16 ? 4 : mask >> 8 ? 2 : 1;
	int error = 0;

	if (bits->rounds == BIT_ROUNDS)
		return 0;
	for (unsigned int i = 0, turned = 0; !error && i < size * 8 && turned < BITS; i++) {
		uint64_t bit = (uint64_t)1 << i;

		if (!(mask & bit) || bits->tried & bit)
			continue;
		bits->tried |= bit;
		turned++;
		error = turn_bit_at(guide, step, left & mask, mask, bit, size, false);
		if (!error && size > 1)
			error = turn_bit_at(guide, step, left & mask, mask, bit, size, true);
	}
	if ((bits->tried & mask) == mask) {
		bits->tried = 0;
		bits->rounds++;
	}
	return error;
}

/* Two pointers: data + n was compared with the end of the data. The frame is made to end just where
 * the comparison turns, and one byte before and after. */
static int change_length(struct opn_guide *guide, const struct opn_step *step, int64_t distance,
			 uint8_t *tried)
{
	uint8_t copy[OPN_PACKET_MAX];
	int error = 0;

	if (*tried == LENGTHS_TRIED || distance > 2048 || distance < -2048)
		return 0;
	++*tried;
	for (int64_t length = step->length + distance - 1;
	     !error && length <= step->length + distance + 1; length++) {
		if (length < 14 || length > OPN_PACKET_MAX)
			continue;
		memset(copy, 0, (size_t)length);
		memcpy(copy, step->data, step->length < length ? step->length : (size_t)length);
		error = opn_guide_candidate(guide, copy, (uint32_t)length);
	}
	return error;
}

static int turn(struct opn_guide *guide, const struct opn_step *step,
		const struct opn_comparison *comparison, const struct guide_side *own)
{
	bool seen = own->seen[comparison->edge];
	uint64_t mask = comparison->width == 4 ? UINT32_MAX : UINT64_MAX;
	uint64_t left = comparison->left & mask, right = comparison->right & mask;
	int error;

	if (!comparison->constant && IS_POINTER(left) && IS_POINTER(right))
		return change_length(guide, step, (int64_t)(left - right),
				     &own->lengths[comparison->edge]);
	if (comparison->mask & mask) {
		error = turn_bits(guide, step, left, comparison->mask & mask,
				  &own->bits[comparison->edge]);
		if (error)
			return error;
	}
	if (seen)
		return 0;
	if (IS_POINTER(left) && !right)
		return 0;
	error = replace_value(guide, step, left, right);
	/* The other side of < and >. */
	if (!error)
		error = replace_value(guide, step, left, right + 1);
	if (!error && right)
		error = replace_value(guide, step, left, right - 1);
	if (!error && !comparison->constant) {
		error = replace_value(guide, step, right, left);
		if (!error && fits(right, 4))
			error = opn_dictionary_add_number(&guide->dictionary, right);
	}
	return error;
}

int opn_guide_correspond(struct opn_guide *guide, const struct opn_step *step)
{
	struct opn_comparison comparisons[COMPARISONS];
	int error = 0;

	for (int side = 0; !error && side < 2; side++) {
		const struct opn_program *program = guide->bench->traced[side];
		size_t count;

		if (!program)
			continue;
		count = opn_program_comparisons(program, comparisons, COMPARISONS);
		for (size_t i = 0; !error && i < count && i < COMPARISONS; i++)
			error = turn(guide, step, &comparisons[i], &guide->side[side]);
	}
	return error;
}
