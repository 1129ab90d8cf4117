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
#define PER_TURN       3   /* places, where both sides were taken before */
#define FEW	       2   /* packets that wait for one branch: others are made */
#define ASKED	       256 /* times that each packet is asked for more */
#define SEARCHED       192 /* bytes of the packet */
#define LENGTHS_TRIED  8   /* times that one comparison of lengths is turned */
#define PER_BIT	       8   /* places that are tried for one bit of a mask */
#define BITS	       4   /* of one mask, each time that it is met */
#define BITS_WAITING   64  /* packets with a bit turned: no more are made then */
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

/* A small number stands in many places of a packet: of those that it is found in, each time others
 * are tried. */
struct places {
	const struct guide_side *own; /* NULL: of an edge that was taken, too */
	size_t edge;		      /* that nobody took */
	unsigned int narrow;	      /* the smallest size that both values fit into */
	unsigned int skip, left;
	bool done[2][SEARCHED]; /* by order: where the narrow number was, as a part of a wide one */
	struct {
		uint32_t at;
		uint8_t size; /* in bytes; 0: one half of a byte */
		bool big;     /* or, of a half: the upper one */
	} found[PER_COMPARISON];
	unsigned int count;
};

static void add_place(struct places *places, uint32_t at, unsigned int size, bool big)
{
	if (places->skip) {
		places->skip--;
		return;
	}
	places->left--;
	places->found[places->count].at = at;
	places->found[places->count].size = (uint8_t)size;
	places->found[places->count++].big = big;
}

/* Where the value stands as a number of this size and order. */
static void find_numbers(const struct opn_step *step, uint64_t seen, unsigned int size, bool big,
			 struct places *places)
{
	uint8_t pattern[8];
	uint32_t end = step->length < SEARCHED ? step->length : SEARCHED;
	/* Zeros, and single bytes, of the addresses in front are what is asked for least. */
	bool behind = (!seen || places->narrow == 1) && end > LINK_HEADER + size;
	uint32_t first = behind ? LINK_HEADER : 0;

	put_number(pattern, seen, size, big);
	for (uint32_t i = 0; places->left && i + size <= end; i++) {
		uint32_t at = (first + i) % (end - size + 1);
		uint32_t narrow_at = big ? at + size - places->narrow : at;
		bool *done = &places->done[big && places->narrow > 1][narrow_at];

		if (memcmp(step->data + at, pattern, size) || *done)
			continue;
		*done = true;
		add_place(places, at, size, big);
	}
}

static void find_halves(const struct opn_step *step, uint64_t seen, uint64_t wanted,
			struct places *places)
{
	uint32_t end = step->length < 64 ? step->length : 64;

	if (seen > 15 || wanted > 15)
		return;
	for (uint32_t at = 14; places->left && at < end; at++) {
		bool low = (step->data[at] & 15) == seen;

		if (low || step->data[at] >> 4 == (int)seen)
			add_place(places, at, 0, !low);
	}
}

static void find_places(const struct opn_step *step, uint64_t seen, uint64_t wanted,
			struct places *places)
{
	static const unsigned int sizes[] = { 8, 4, 2, 1 };

	places->narrow = 8;
	while (places->narrow > 1 && fits(seen | wanted, places->narrow / 2))
		places->narrow /= 2;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned int size = sizes[i];

		if (size < places->narrow)
			break;
		/* Zeros say nothing of the size: headers are in front. */
		if (!seen && size > places->narrow)
			continue;
		find_numbers(step, seen, size, true, places);
		if (size > 1)
			find_numbers(step, seen, size, false, places);
	}
	find_halves(step, seen, wanted, places);
}

/* Writes the wanted value into each of the places. What is made last is tried first: that is to be
 * the first place, the likeliest. */
static int fill_places(struct opn_guide *guide, const struct opn_step *step, uint64_t wanted,
		       const struct places *places)
{
	uint8_t copy[OPN_PACKET_MAX];
	int error = 0;

	for (unsigned int i = places->count; !error && i-- > 0;) {
		uint8_t *at = copy + places->found[i].at;
		bool big = places->found[i].big;

		memcpy(copy, step->data, step->length);
		if (places->found[i].size)
			put_number(at, wanted, places->found[i].size, big);
		else
			*at = (uint8_t)(big ? (*at & 0x0f) | wanted << 4 : (*at & 0xf0) | wanted);
		error = places->own ? opn_guide_frontier_add(guide, places->own, places->edge, copy,
							     step->length)
				    : opn_guide_queue(&guide->turned, copy, step->length);
	}
	return error;
}

/* Each time the next places that the value stands in; from the first ones again after the last. */
static int replace_next(struct opn_guide *guide, const struct opn_step *step, uint64_t seen,
			uint64_t wanted, const struct guide_side *own, size_t edge)
{
	unsigned int made = own->frontier[edge].made - 1u; /* before this time */
	struct places places = {
		.own = own,
		.edge = edge,
		.skip = made * PER_COMPARISON,
		.left = PER_COMPARISON,
	};
	unsigned int found;

	find_places(step, seen, wanted, &places);
	found = made * PER_COMPARISON - places.skip;
	if (!places.count && found) {
		places.skip = made * PER_COMPARISON % found;
		memset(places.done, 0, sizeof(places.done));
		find_places(step, seen, wanted, &places);
	}
	return fill_places(guide, step, wanted, &places);
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
		error = opn_guide_queue(&guide->bits, copy, step->length);
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

	if (bits->rounds == BIT_ROUNDS || guide->bits.count > BITS_WAITING)
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

static void note_limit(struct opn_guide *guide, int64_t limit)
{
	if (limit < 14 || limit > OPN_PACKET_MAX || guide->limit_count == OPN_GUIDE_LIMITS)
		return;
	for (size_t i = 0; i < guide->limit_count; i++) {
		if (guide->limits[i] == limit)
			return;
	}
	guide->limits[guide->limit_count++] = (uint16_t)limit;
}

/* Two pointers: data + n was compared with the end of the data. The frame is made to end just where
 * the comparison turns, and one byte before and after. A frame that came to something new is that
 * which a limit that is off by one lets through: it is cut at each limit that it met (tried: NULL).
 */
static int change_length(struct opn_guide *guide, const struct opn_step *step, int64_t distance,
			 uint8_t *tried)
{
	uint8_t copy[OPN_PACKET_MAX];
	int error = 0;

	note_limit(guide, step->length + distance);
	if ((tried && *tried == LENGTHS_TRIED) || distance > 2048 || distance < -2048)
		return 0;
	if (tried)
		++*tried;
	for (int64_t length = step->length + distance - 1;
	     !error && length <= step->length + distance + 1; length++) {
		if (length < 14 || length > OPN_PACKET_MAX)
			continue;
		memset(copy, 0, (size_t)length);
		memcpy(copy, step->data, step->length < length ? step->length : (size_t)length);
		error = opn_guide_queue(&guide->candidates, copy, (uint32_t)length);
	}
	return error;
}

static bool is_of_lengths(const struct opn_comparison *comparison)
{
	return !comparison->constant && IS_POINTER(comparison->left) &&
	       IS_POINTER(comparison->right);
}

static int turn(struct opn_guide *guide, const struct opn_step *step,
		const struct opn_comparison *comparison, const struct guide_side *own, bool is_new)
{
	uint64_t mask = comparison->width == 4 ? UINT32_MAX : UINT64_MAX;
	uint64_t left = comparison->left & mask, right = comparison->right & mask;
	size_t edge = comparison->edge;
	int error = 0;

	if (is_of_lengths(comparison))
		return change_length(guide, step, (int64_t)(left - right),
				     is_new ? NULL : &own->lengths[edge]);
	if (comparison->mask & mask) {
		error = turn_bits(guide, step, left, comparison->mask & mask, &own->bits[edge]);
		if (error)
			return error;
	}
	if (own->seen[edge] || own->edges[edge].dead || (IS_POINTER(left) && !right))
		return 0;
	/* Those that wait are of places that are likelier than the next ones. */
	if (!is_new && own->frontier[edge].queue.count >= PER_COMPARISON)
		return 0;
	own->frontier[edge].made += own->frontier[edge].made < UINT16_MAX;
	/* What is made last is tried first; the neighbours are the other side of < and >. */
	if (!comparison->equality || left == right)
		error = replace_next(guide, step, left, right + 1, own, edge);
	if (!error && !comparison->equality && right)
		error = replace_next(guide, step, left, right - 1, own, edge);
	if (!error && left != right)
		error = replace_next(guide, step, left, right, own, edge);
	if (!error && !comparison->constant) {
		error = replace_next(guide, step, right, left, own, edge);
		if (!error && fits(right, 4))
			error = opn_dictionary_add_number(&guide->dictionary, right);
	}
	return error;
}

/* While it had few tries, every packet is asked for more; not for ever, as what is compared may not
 * stand in any packet. */
static bool is_frontier(const struct guide_side *own, size_t edge)
{
	const struct guide_frontier *frontier = &own->frontier[edge];

	return !own->seen[edge] && !own->edges[edge].dead && frontier->tried < OPN_GUIDE_FRONTIER &&
	       frontier->made < ASKED && frontier->queue.count < FEW;
}

/* What is made last is tried first, and in the same sequence, with the same maps: frames that are
 * cut where the program asks for their length. */
static int correspond_side(struct opn_guide *guide, const struct opn_step *step, int side,
			   bool is_new, bool all)
{
	const struct guide_side *own = &guide->side[side];
	struct opn_comparison comparisons[COMPARISONS];
	size_t count =
		opn_program_comparisons(guide->bench->traced[side], comparisons, COMPARISONS);
	int error = 0;

	for (int lengths = 0; lengths < 2; lengths++) {
		for (size_t i = 0; !error && i < count && i < COMPARISONS; i++) {
			if (is_of_lengths(&comparisons[i]) == lengths &&
			    (is_new || all || is_frontier(own, comparisons[i].edge)))
				error = turn(guide, step, &comparisons[i], own, is_new);
		}
	}
	return error;
}

int opn_guide_correspond(struct opn_guide *guide, const struct opn_step *step, bool is_new,
			 bool all)
{
	int error = 0;

	for (int side = 0; !error && side < 2; side++) {
		if (guide->bench->traced[side])
			error = correspond_side(guide, step, side, is_new, all);
	}
	return error;
}

/* ---- ways that nobody went before ---- */

/* A limit that is off by one, or a condition that is left out, tells only where all others hold. */
static int turn_again(struct opn_guide *guide, const struct opn_step *step,
		      const struct opn_comparison *comparison)
{
	uint64_t mask = comparison->width == 4 ? UINT32_MAX : UINT64_MAX;
	uint64_t left = comparison->left & mask, right = comparison->right & mask;
	const uint64_t wanted[] = { right - 1, right + 1, right };
	int error = 0;

	if (is_of_lengths(comparison) || IS_POINTER(left))
		return 0;
	for (size_t i = 0; !error && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct places places = { .left = PER_TURN };

		if (wanted[i] == left || (!right && !i))
			continue;
		find_places(step, left, wanted[i] & mask, &places);
		error = fill_places(guide, step, wanted[i] & mask, &places);
	}
	return error;
}

int opn_guide_turn(struct opn_guide *guide, const struct opn_step *step)
{
	struct opn_comparison comparisons[COMPARISONS];
	int error = 0;

	for (int side = 0; !error && side < 2; side++) {
		const struct guide_side *own = &guide->side[side];
		size_t count = 0;

		if (guide->bench->traced[side])
			count = opn_program_comparisons(guide->bench->traced[side], comparisons,
							COMPARISONS);
		for (size_t i = 0; !error && i < count; i++) {
			if (own->seen[comparisons[i].edge])
				error = turn_again(guide, step, &comparisons[i]);
		}
	}
	return error;
}
