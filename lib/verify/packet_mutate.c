// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_mutate.c - changes frames: one to a few changes each, then mostly made consistent again
 *
 * Each change reads the frame anew, as the one before may have moved everything. What a change
 * makes wrong on purpose (a length, a checksum) is left wrong.
 */
#include <string.h>
#include <sys/param.h>

#include "packet_stack.h"

/* What a change asks of the repair after it; 0: checksums. */
enum {
	KEEP_SUMS = 1,	  /* a wrong one was meant */
	KEEP_LENGTHS = 2, /* the same */
	FIX_LENGTHS = 4,  /* the end is elsewhere */
};

struct mutation {
	struct opn_random *random;
	const struct opn_dictionary *dictionary;
	uint8_t *data;
	uint32_t length;
	struct opn_stack stack; /* of data, as it was before the change */
};

static uint32_t below(struct mutation *m, uint32_t bound)
{
	return opn_random_below(m->random, bound);
}

/* Makes room for size bytes, or takes them away when negative; false past the limits. */
static bool move_tail(struct mutation *m, uint32_t offset, int size)
{
	if (size > 0 ? m->length + size > OPN_PACKET_MAX
		     : m->length + size < OPN_FRAME_MIN || offset - size > m->length)
		return false;
	if (size > 0)
		memmove(m->data + offset + size, m->data + offset, m->length - offset);
	else
		memmove(m->data + offset, m->data + offset - size, m->length - offset + size);
	m->length += size;
	return true;
}

/* ---- fields ---- */

/* An interesting number of so many bits, or the old one changed a little. */
static uint64_t new_number(struct mutation *m, uint64_t old, unsigned int bits)
{
	uint64_t max = bits < 64 ? (1ull << bits) - 1 : UINT64_MAX;

	switch (below(m, 8)) {
	case 0:
		return 0;
	case 1:
		return max;
	case 2:
		return max >> 1;
	case 3:
		return (max >> 1) + 1;
	case 4:
		return old + 1;
	case 5:
		return old - 1;
	case 6:
		return old ^ 1ull << below(m, bits);
	default:
		return opn_random_next(m->random) & max;
	}
}

/* A number into the field, or into one of its two parts. */
static void put_number(struct mutation *m, const struct opn_field_row *row, uint8_t *at)
{
	unsigned int bits = 8 * row->size, low = 0;
	uint64_t old = opn_value_get(at, row->size), mask;

	if (row->low_bits && below(m, 2))
		low = row->low_bits;
	else if (row->low_bits)
		bits = row->low_bits;
	bits -= low;
	mask = (bits < 64 ? (1ull << bits) - 1 : UINT64_MAX) << low;
	opn_value_put(at, row->size,
		      (old & ~mask) | (new_number(m, (old & mask) >> low, bits) << low & mask));
}

static void put_value(struct mutation *m, const struct opn_field_row *row, uint8_t *at)
{
	const struct opn_word *word = NULL;
	uint32_t way = below(m, 8);

	if (way < 4)
		word = opn_dictionary_pick(m->dictionary, m->random, row->size);
	if (word)
		memcpy(at, word->bytes, row->size);
	else if ((way & 1) && row->pool != OPN_POOL_KEEP)
		opn_pool_put(m->random, row, at);
	else if (row->size <= 8)
		put_number(m, row, at);
	else
		at[below(m, row->size)] ^= 1 << below(m, 8);
}

static unsigned int change_field(struct mutation *m)
{
	const struct opn_layer *layer = &m->stack.layers[below(m, m->stack.count)];
	const struct opn_header_row *row = &opn_header_rows[layer->header];
	unsigned int field = row->first + below(m, row[1].first - row->first);
	const struct opn_field_row *f = &opn_field_rows[field];
	uint8_t *at = m->data + layer->offset;
	int offset = opn_field_offset(at, field);

	if (offset < 0 || offset + f->size > layer->size)
		return 0;
	put_value(m, f, at + offset);
	return field == row->sum ? KEEP_SUMS : field == row->length ? KEEP_LENGTHS : 0;
}

/* Two fields of one kind and header: source and destination, sender and target. */
static unsigned int swap_fields(struct mutation *m)
{
	const struct opn_layer *layer = &m->stack.layers[below(m, m->stack.count)];
	const struct opn_header_row *row = &opn_header_rows[layer->header];
	unsigned int fields = row[1].first - row->first, one = row->first + below(m, fields);
	uint8_t *at = m->data + layer->offset, kept[16];

	for (unsigned int two = row->first; two < row[1].first; two++) {
		const struct opn_field_row *a = &opn_field_rows[one], *b = &opn_field_rows[two];

		if (one == two || a->size != b->size || a->format != b->format || a->when ||
		    b->when || MAX(a->offset, b->offset) + a->size > layer->size ||
		    a->size > sizeof(kept) || a->pool == OPN_POOL_KEEP || b->pool == OPN_POOL_KEEP)
			continue;
		memcpy(kept, at + a->offset, a->size);
		memcpy(at + a->offset, at + b->offset, a->size);
		memcpy(at + b->offset, kept, a->size);
		break;
	}
	return 0;
}

/* ---- bytes ---- */

static unsigned int put_word(struct mutation *m)
{
	static const uint8_t sizes[] = { 1, 2, 4, 8, 16, 6 };
	const struct opn_word *word =
		opn_dictionary_pick(m->dictionary, m->random, sizes[below(m, sizeof(sizes))]);
	uint32_t reach = below(m, 4) ? MIN(m->length, 128u) : m->length, offset;

	if (!word || word->size > reach)
		return change_field(m);
	offset = below(m, reach - word->size + 1);
	/* Headers lie on even bytes. */
	if (word->size > 1)
		offset &= ~1u;
	memcpy(m->data + offset, word->bytes, word->size);
	return 0;
}

static unsigned int change_byte(struct mutation *m)
{
	uint32_t reach = below(m, 2) ? MIN(m->length, 128u) : m->length;
	uint8_t *at = m->data + below(m, reach);

	*at = below(m, 2) ? *at ^ 1 << below(m, 8) : opn_random_next(m->random) >> 56;
	return 0;
}

/* ---- structure ---- */

/* Lengths go with the new end mostly; a frame that was cut on its way keeps them. */
static unsigned int change_length(struct mutation *m)
{
	static const uint16_t most[] = { 4, 16, 64, 64, 64, 256, 256, 1500 };
	uint32_t some = 1 + below(m, below(m, 64) ? most[below(m, 8)] : OPN_PACKET_MAX);
	const struct opn_layer *layer = &m->stack.layers[below(m, m->stack.count)];
	uint32_t target = layer->offset + layer->size + below(m, 3) - 1;

	switch (below(m, 4)) {
	case 0:
		some = MIN(some, OPN_PACKET_MAX - m->length);
		for (uint32_t i = 0; i < some; i++)
			m->data[m->length + i] = i;
		m->length += some;
		break;
	case 1:
		m->length -= MIN(some, m->length - OPN_FRAME_MIN);
		break;
	case 2:
		m->length = MAX(MIN(target, m->length), OPN_FRAME_MIN);
		break;
	default:
		/* Small frames are padded to 60 bytes by the sender. */
		if (m->length < 60) {
			memset(m->data + m->length, 0, 60 - m->length);
			m->length = 60;
			return KEEP_LENGTHS;
		}
		m->length = MAX(m->stack.payload, OPN_FRAME_MIN);
	}
	return below(m, 3) ? FIX_LENGTHS : KEEP_LENGTHS;
}

/* The first place from a random one on where the headers fit in. */
static unsigned int insert_headers(struct mutation *m)
{
	const struct opn_layer_spec *specs[OPN_SPECS_MAX];
	const struct opn_draw draw = { m->random, m->dictionary };
	uint8_t bytes[OPN_SPECS_MAX * OPN_LAYER_MAX];
	unsigned int count = opn_shape_insertion(m->random, specs),
		     start = below(m, m->stack.count);
	uint32_t size = 0, last = 0;

	for (unsigned int i = 0; i < count; i++) {
		uint32_t before = last;

		last = size;
		size += opn_layer_write(specs[i], &draw, bytes + size);
		if (i)
			opn_layer_link(bytes + before, specs[i - 1]->header, specs[i]->header,
				       bytes[last]);
	}
	if (!count || m->length + size > OPN_PACKET_MAX)
		return 0;
	for (unsigned int i = 0; i < m->stack.count; i++) {
		unsigned int place = (start + i) % m->stack.count;
		const struct opn_layer *parent = &m->stack.layers[place], *child = parent + 1;
		uint32_t offset = parent->offset + parent->size;

		if (parent->cut ||
		    (place + 1 < m->stack.count &&
		     !opn_layer_link(bytes + last, specs[count - 1]->header, child->header,
				     m->data[child->offset])) ||
		    !opn_layer_link(m->data + parent->offset, parent->header, specs[0]->header,
				    bytes[0]))
			continue;
		move_tail(m, offset, size);
		memcpy(m->data + offset, bytes, size);
		return FIX_LENGTHS;
	}
	return 0;
}

static unsigned int remove_headers(struct mutation *m)
{
	unsigned int first = below(m, m->stack.count), last = first;
	uint32_t length;

	if (below(m, 2))
		last += below(m, m->stack.count - first);
	length = opn_stack_remove(&m->stack, m->data, first, last);
	if (length < OPN_FRAME_MIN)
		return 0;
	m->length = length;
	return FIX_LENGTHS;
}

/* A header's tail, or the front of the payload, grows or shrinks without anybody being told. */
static unsigned int shift_bytes(struct mutation *m)
{
	const struct opn_layer *layer = &m->stack.layers[below(m, m->stack.count)];
	int size = 1 << below(m, 5);

	if (below(m, 2)) {
		move_tail(m, layer->offset + layer->size, -size);
	} else if (move_tail(m, layer->offset + layer->size, size)) {
		memset(m->data + layer->offset + layer->size, below(m, 3), size);
	}
	return below(m, 2) ? FIX_LENGTHS : KEEP_LENGTHS;
}

static unsigned int set_lengths(struct mutation *m)
{
	unsigned int place = below(m, m->stack.count);

	for (unsigned int i = 0; i < m->stack.count; i++) {
		const struct opn_layer *layer = &m->stack.layers[(place + i) % m->stack.count];
		const struct opn_header_row *row = &opn_header_rows[layer->header];
		const struct opn_size_rule *rule = &row->rule;
		uint8_t *at = m->data + layer->offset;

		if (row->length && !layer->cut && below(m, 2)) {
			put_number(m, &opn_field_rows[row->length],
				   at + opn_field_rows[row->length].offset);
			return KEEP_LENGTHS;
		}
		if (rule->unit && rule->at < layer->size && below(m, 2)) {
			uint8_t value = at[rule->at] & rule->mask;

			value += (below(m, 5) - 2) * (rule->mask & -rule->mask);
			at[rule->at] = (at[rule->at] & ~rule->mask) | (value & rule->mask);
			return KEEP_LENGTHS;
		}
	}
	return FIX_LENGTHS;
}

/* The front of this frame, then a new one's from some header on. */
static unsigned int splice(struct mutation *m)
{
	uint8_t data[OPN_PACKET_MAX];
	struct opn_stack other;
	uint32_t length = opn_packet_generate(m->random, m->dictionary, data);
	const struct opn_layer *parent = &m->stack.layers[below(m, m->stack.count)], *child;
	uint32_t offset = parent->offset + parent->size;

	opn_stack_read(data, length, true, &other);
	child = &other.layers[below(m, other.count)];
	if (offset + length - child->offset > OPN_PACKET_MAX ||
	    offset + length - child->offset < OPN_FRAME_MIN || parent->cut)
		return 0;
	opn_layer_link(m->data + parent->offset, parent->header, child->header,
		       data[child->offset]);
	memcpy(m->data + offset, data + child->offset, length - child->offset);
	m->length = offset + length - child->offset;
	return FIX_LENGTHS;
}

/* ---- all of them ---- */

static const struct {
	unsigned int (*change)(struct mutation *m);
	unsigned int weight;
} changes[] = {
	{ change_field, 20 }, { swap_fields, 3 },    { put_word, 6 },	    { change_byte, 3 },
	{ change_length, 4 }, { insert_headers, 4 }, { remove_headers, 3 }, { shift_bytes, 2 },
	{ set_lengths, 3 },   { splice, 1 },
};
enum { WEIGHTS = 49 };

static unsigned int change(struct mutation *m)
{
	uint32_t which = below(m, WEIGHTS);
	size_t i = 0;

	while (which >= changes[i].weight)
		which -= changes[i++].weight;
	opn_stack_read(m->data, m->length, true, &m->stack);
	return changes[i].change(m);
}

uint32_t opn_packet_mutate(struct opn_random *random, const struct opn_dictionary *dictionary,
			   uint8_t *data, uint32_t length)
{
	struct mutation m = { .random = random, .dictionary = dictionary, .data = data };
	unsigned int asked = 0;
	uint32_t dice = opn_random_next(random) >> 32;

	m.length = MIN(length, OPN_PACKET_MAX);
	if (m.length < OPN_FRAME_MIN) {
		memset(data + m.length, 0, OPN_FRAME_MIN - m.length);
		m.length = OPN_FRAME_MIN;
	}
	/* 1 change half of the time, 2 a quarter, at most 5. */
	do {
		asked |= change(&m);
		dice >>= 1;
	} while (dice & 1 && dice & 0x07800000);
	/* An eighth stays as it came out. */
	if (!(asked & KEEP_SUMS) && opn_random_next(random) >> 61)
		opn_packet_fix(data, m.length, (asked & FIX_LENGTHS) && !(asked & KEEP_LENGTHS));
	return m.length;
}
