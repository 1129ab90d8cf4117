// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_stack.c - reads frames into stacks of headers, writes, links and removes headers
 *
 * Frames are anything: what does not fit ends the stack and is payload. No length field is
 * believed that leads out of what is around it.
 */
#include <string.h>
#include <sys/param.h>

#include "packet_stack.h"

/* ---- reading ---- */

/* Bytes of the header as it says itself. */
static uint32_t said_size(const uint8_t *at, const struct opn_header_row *row)
{
	const struct opn_size_rule *rule = &row->rule;
	uint32_t size = row->size;

	if (rule->unit)
		return (at[rule->at] & rule->mask) / (rule->mask & -rule->mask) * rule->unit +
		       rule->bias;
	/* Optional fields are the last ones. */
	for (unsigned int field = row[1].first; field-- > row->first;) {
		if (!opn_field_rows[field].when)
			break;
		if (opn_field_rows[field].when & at[0])
			size += opn_field_rows[field].size;
	}
	return size;
}

int opn_field_offset(const uint8_t *data, enum opn_header_field field)
{
	const struct opn_field_row *row = &opn_field_rows[field];
	const struct opn_header_row *header = &opn_header_rows[row->header];
	uint32_t offset = header->size;

	if (!row->when)
		return row->offset;
	if (!(row->when & data[0]))
		return -1;
	while (--field >= header->first && opn_field_rows[field].when) {
		if (opn_field_rows[field].when & data[0])
			offset += opn_field_rows[field].size;
	}
	return offset;
}

/* The fields that fit into a header of which only room bytes are there. */
static uint32_t cut_size(const struct opn_header_row *row, uint32_t room)
{
	uint32_t size = 0;

	for (unsigned int field = row->first; field < row[1].first; field++) {
		const struct opn_field_row *f = &opn_field_rows[field];

		if (f->when || f->offset + f->size > room)
			break;
		size = f->offset + f->size;
	}
	return size;
}

static uint64_t field_value(const uint8_t *at, unsigned int field)
{
	return opn_value_get(at + opn_field_rows[field].offset, opn_field_rows[field].size);
}

/* The header that follows the one at `at`; number: the value that announces it. */
static enum opn_header following(const uint8_t *at, const struct opn_header_row *row,
				 unsigned int nibble, uint64_t *number)
{
	enum opn_header found;

	*number = 0;
	if (!row->space)
		return OPN_H_NONE;
	if (row->next)
		*number =
			field_value(at, row->next) & (row->next_mask ? row->next_mask : UINT64_MAX);
	found = opn_space_find(row->space, *number, nibble);
	if (!found && row->next_other) {
		*number = field_value(at, row->next_other);
		found = opn_space_find(row->space, *number, nibble);
	}
	return found;
}

/* Where what the header holds ends, by its own length field if that can be. */
static uint32_t said_end(const uint8_t *data, const struct opn_layer *layer,
			 const struct opn_header_row *row)
{
	const uint8_t *at = data + layer->offset;
	uint32_t end = layer->end, said = 0;

	if (row->length)
		said = layer->offset + row->uncounted + field_value(at, row->length);
	else if (row->space == OPN_SPACE_ETHERTYPE && field_value(at, row->next) < 0x600)
		said = layer->offset + layer->size + field_value(at, row->next);
	/* An IPv6 length of 0 stands for a jumbogram, an IPv4 one for a frame that is merged. */
	if (row->length && !field_value(at, row->length))
		return end;
	return said >= (uint32_t)layer->offset + layer->size ? MIN(said, end) : end;
}

void opn_stack_read(const uint8_t *data, uint32_t length, bool lengths, struct opn_stack *stack)
{
	uint32_t offset = 0, end = length;
	bool fragment = false;
	enum opn_header header = OPN_H_ETHERNET;
	uint64_t number = 0;
	uint8_t ip = 0;

	stack->count = 0;
	stack->length = length;
	while (header && offset < end && stack->count < OPN_STACK_MAX) {
		struct opn_layer *layer = &stack->layers[stack->count];
		const struct opn_header_row *row = &opn_header_rows[header];
		const uint8_t *at = data + offset;
		uint32_t room = end - offset, size;

		if (header == OPN_H_ETHERNET || header == OPN_H_IPV4 || header == OPN_H_IPV6)
			fragment = false;
		*layer = (struct opn_layer){ .header = header,
					     .ip = ip,
					     .number = number,
					     .fragment = fragment,
					     .offset = offset,
					     .end = end };
		header = OPN_H_NONE;
		if (room < row->size) {
			layer->cut = true;
			layer->size = cut_size(row, room);
			if (!layer->size)
				break;
		} else {
			size = said_size(at, row);
			layer->cut = size < row->size || size > room;
			layer->size = layer->cut ? row->size : size;
		}
		stack->count++;
		offset += layer->size;
		if (layer->cut)
			break;
		if (layer->header == OPN_H_IPV4 || layer->header == OPN_H_IPV6)
			ip = stack->count;
		if (lengths)
			end = layer->end = said_end(data, layer, row);
		if (row->fragment) {
			uint64_t value = field_value(at, row->fragment);

			layer->splits = value & (row->fragment_offset | row->fragment_more);
			fragment |= layer->splits;
			if (value & row->fragment_offset)
				break;
		}
		if (offset < end)
			header = following(at, row, data[offset] >> 4, &number);
	}
	stack->payload = offset;
	stack->end = end;
}

/* ---- writing ---- */

static const struct opn_set *find_set(const struct opn_layer_spec *spec, unsigned int field)
{
	for (int i = 0; i < OPN_SETS_MAX && spec->sets[i].field; i++) {
		if (spec->sets[i].field == field)
			return &spec->sets[i];
	}
	return NULL;
}

/* Fields of the structure seldom leave their initial value, the others half of the time. */
static void write_field(const struct opn_layer_spec *spec, const struct opn_draw *draw,
			unsigned int field, uint8_t *at)
{
	const struct opn_field_row *row = &opn_field_rows[field];
	const struct opn_set *set = find_set(spec, field);
	const struct opn_word *word;
	uint32_t chance;

	opn_value_put(at, row->size, set ? set->value : row->initial);
	if (set || !draw->random)
		return;
	chance = opn_random_next(draw->random) >> 32;
	if (chance % (row->pool == OPN_POOL_KEEP ? 64 : 2))
		return;
	word = chance & 0x80000000 ? opn_dictionary_pick(draw->dictionary, draw->random, row->size)
				   : NULL;
	if (word)
		memcpy(at, word->bytes, row->size);
	else
		opn_pool_put(draw->random, row, at);
}

uint32_t opn_layer_write(const struct opn_layer_spec *spec, const struct opn_draw *draw,
			 uint8_t *at)
{
	const struct opn_header_row *row = &opn_header_rows[spec->header];
	const struct opn_size_rule *rule = &row->rule;
	uint32_t size = row->size;

	for (unsigned int field = row->first; field < row[1].first; field++) {
		const struct opn_field_row *f = &opn_field_rows[field];

		if (!f->when) {
			write_field(spec, draw, field, at + f->offset);
		} else if (f->when & at[0]) {
			write_field(spec, draw, field, at + size);
			size += f->size;
		}
	}
	if (spec->tail_size)
		memcpy(at + size, spec->tail, spec->tail_size);
	size += spec->tail_size;
	if (rule->unit) {
		uint8_t count = (size - rule->bias) / rule->unit;

		at[rule->at] = (at[rule->at] & ~rule->mask) |
			       (count * (rule->mask & -rule->mask) & rule->mask);
	}
	return size;
}

bool opn_layer_link(uint8_t *at, enum opn_header parent, enum opn_header child, uint8_t child_byte)
{
	const struct opn_header_row *row = &opn_header_rows[parent];
	const struct opn_field_row *next = &opn_field_rows[row->next];
	unsigned int nibble = child_byte >> 4;
	uint64_t number;
	int value;

	if (following(at, row, nibble, &number) == child)
		return true;
	value = row->space ? opn_space_value(row->space, child, nibble) : -1;
	if (value < 0 || !row->next)
		return false;
	number = value;
	if (row->next_mask)
		number |= opn_value_get(at + next->offset, next->size) & ~(uint64_t)row->next_mask;
	opn_value_put(at + next->offset, next->size, number);
	return true;
}

/* Makes the header announce nothing that is known. */
static void unlink_next(uint8_t *at, const struct opn_header_row *row)
{
	const struct opn_field_row *next = &opn_field_rows[row->next];

	if (row->next)
		opn_value_put(at + next->offset, next->size, next->initial);
}

uint32_t opn_stack_remove(const struct opn_stack *stack, uint8_t *data, unsigned int first,
			  unsigned int last)
{
	const struct opn_layer *from = &stack->layers[first], *to = &stack->layers[last + 1];
	uint32_t end = last + 1 < stack->count ? to->offset : stack->payload;

	if (!first) {
		if (last + 1 >= stack->count || to->header != OPN_H_ETHERNET)
			return 0;
	} else if (last + 1 >= stack->count) {
		unlink_next(data + from[-1].offset, &opn_header_rows[from[-1].header]);
	} else if (!opn_layer_link(data + from[-1].offset, from[-1].header, to->header,
				   data[to->offset])) {
		return 0;
	}
	memmove(data + from->offset, data + end, stack->length - end);
	return stack->length - (end - from->offset);
}
