// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_shrink.c - makes a frame smaller and simpler while it still shows what is looked for
 *
 * Delta debugging (Zeller, Hildebrandt 2002) by structure first: headers go out, then tails of
 * headers, then payload; what stays is made plain. Each step is tried with lengths and checksums
 * made right, then as it is. Nothing is random: a step is kept only when the frame is shorter or
 * plainer after it, so that rounds end by themselves.
 */
#include <string.h>
#include <sys/param.h>

#include "packet_stack.h"

struct shrink {
	uint8_t *data;
	uint32_t length;
	opn_packet_test *test;
	void *context;
	unsigned int left; /* calls of test() */
	struct opn_stack stack;
	uint8_t candidate[OPN_PACKET_MAX], fixed[OPN_PACKET_MAX];
};

static bool accept(struct shrink *s, const uint8_t *candidate, uint32_t length)
{
	if (!s->left || length < OPN_FRAME_MIN ||
	    (length == s->length && !memcmp(candidate, s->data, length)))
		return false;
	s->left--;
	if (!s->test(s->context, candidate, length))
		return false;
	memcpy(s->data, candidate, length);
	s->length = length;
	opn_stack_read(s->data, s->length, true, &s->stack);
	return true;
}

/* Whether s->candidate, repaired or not, still shows it; it is the frame then. */
static bool try(struct shrink *s, uint32_t length, bool lengths)
{
	memcpy(s->fixed, s->candidate, length);
	opn_packet_fix(s->fixed, length, lengths);
	return accept(s, s->fixed, length) ||
	       (memcmp(s->fixed, s->candidate, length) && accept(s, s->candidate, length));
}

/* Without size bytes at offset. */
static bool try_without(struct shrink *s, uint32_t offset, uint32_t size)
{
	memcpy(s->candidate, s->data, offset);
	memcpy(s->candidate + offset, s->data + offset + size, s->length - offset - size);
	return try(s, s->length - size, true);
}

/* ---- shorter ---- */

/* Widest spans first: a whole tunnel goes in one step. */
static bool drop_headers(struct shrink *s)
{
	bool changed = false;

	for (unsigned int width = s->stack.count; width-- > 1;) {
		for (unsigned int first = 0; first + width <= s->stack.count;) {
			uint32_t length;

			memcpy(s->candidate, s->data, s->length);
			length =
				opn_stack_remove(&s->stack, s->candidate, first, first + width - 1);
			if (length && try(s, length, true))
				changed = true;
			else
				first++;
		}
	}
	return changed;
}

/* Without size bytes at offset of the tail of a header, whose rule says so then. */
static bool try_without_tail(struct shrink *s, const struct opn_layer *layer, uint32_t offset,
			     uint32_t size)
{
	const struct opn_size_rule *rule = &opn_header_rows[layer->header].rule;
	uint32_t start = layer->offset + offset, end = start + size;
	uint32_t count = (layer->size - size - rule->bias) / rule->unit;
	uint8_t *byte = &s->candidate[layer->offset + rule->at];

	memcpy(s->candidate, s->data, start);
	memcpy(s->candidate + start, s->data + end, s->length - end);
	*byte = (*byte & ~rule->mask) | (count * (rule->mask & -rule->mask) & rule->mask);
	return try(s, s->length - size, true);
}

/* Options go as a whole down to what the rule must have, then in halves down to its unit. */
static bool drop_tails(struct shrink *s)
{
	bool changed = false;

	for (unsigned int i = 0; i < s->stack.count; i++) {
		const struct opn_layer *layer = &s->stack.layers[i];
		const struct opn_header_row *row = &opn_header_rows[layer->header];
		const struct opn_size_rule *rule = &row->rule;
		uint32_t least = MAX(row->size, rule->bias), size;

		if (!rule->unit || layer->cut || layer->size <= least)
			continue;
		least += (rule->unit - (least - rule->bias) % rule->unit) % rule->unit;
		for (size = layer->size - least; size; size = size / 2 / rule->unit * rule->unit) {
			uint32_t offset = row->size;

			while (i < s->stack.count && !layer->cut && layer->size >= least + size &&
			       offset + size <= layer->size && s->left) {
				if (try_without_tail(s, layer, offset, size))
					changed = true;
				else
					offset += rule->unit;
			}
		}
	}
	return changed;
}

/* Optional fields whose bits in the first byte can be cleared. */
static bool drop_optional(struct shrink *s)
{
	bool changed = false;

	for (unsigned int i = 0; i < s->stack.count; i++) {
		const struct opn_header_row *row = &opn_header_rows[s->stack.layers[i].header];

		for (unsigned int bit = 1; bit < 0x100; bit <<= 1) {
			const struct opn_layer *layer = &s->stack.layers[i];
			uint32_t size = 0, start = 0;

			if (i >= s->stack.count || layer->cut)
				break;
			for (unsigned int field = row->first; field < row[1].first; field++) {
				int offset = opn_field_offset(s->data + layer->offset, field);

				if (opn_field_rows[field].when != bit || offset < 0)
					continue;
				start = start ?: layer->offset + offset;
				size += opn_field_rows[field].size;
			}
			if (!size)
				continue;
			memcpy(s->candidate, s->data, start);
			memcpy(s->candidate + start, s->data + start + size,
			       s->length - start - size);
			s->candidate[layer->offset] &= ~bit;
			changed |= try(s, s->length - size, true);
		}
	}
	return changed;
}

/* Off the end, then out of the payload, in halves down to single bytes. */
static bool drop_bytes(struct shrink *s)
{
	uint32_t before = s->length;

	for (uint32_t size = s->length; size; size /= 2) {
		while (s->length >= OPN_FRAME_MIN + size && try_without(s, s->length - size, size))
			;
	}
	for (uint32_t size = s->length - MIN(s->stack.payload, s->length); size; size /= 2) {
		uint32_t offset = s->stack.payload;

		while (offset + size <= s->length && s->left) {
			if (!try_without(s, offset, size))
				offset += size;
		}
	}
	return s->length < before;
}

/* ---- plainer ---- */

static bool try_value(struct shrink *s, uint32_t offset, uint32_t size, uint64_t value)
{
	memcpy(s->candidate, s->data, s->length);
	opn_value_put(s->candidate + offset, size, value);
	return try(s, s->length, false);
}

/* What follows stays what it is; lengths and checksums come by themselves. */
static bool is_derived(const struct shrink *s, unsigned int layer, unsigned int field)
{
	const struct opn_header_row *row = &opn_header_rows[s->stack.layers[layer].header];

	return field == row->length || field == row->sum ||
	       (field == row->next && layer + 1 < s->stack.count);
}

static bool plain_fields(struct shrink *s)
{
	bool changed = false;

	for (unsigned int i = 0; i < s->stack.count; i++) {
		const struct opn_header_row *row = &opn_header_rows[s->stack.layers[i].header];

		for (unsigned int field = row->first; field < row[1].first; field++) {
			const struct opn_field_row *f = &opn_field_rows[field];
			const struct opn_layer *layer = &s->stack.layers[i];
			int offset =
				layer->size ? opn_field_offset(s->data + layer->offset, field) : -1;
			uint64_t value;

			if (offset < 0 || offset + f->size > layer->size || is_derived(s, i, field))
				continue;
			offset += layer->offset;
			value = opn_value_get(s->data + offset, f->size);
			if (value != f->initial && try_value(s, offset, f->size, f->initial))
				changed = true;
			else if (value != f->initial && value && try_value(s, offset, f->size, 0))
				changed = true;
		}
	}
	return changed;
}

/* Bytes of one range to zero, in halves down to single ones. */
static bool plain_bytes(struct shrink *s, uint32_t start, uint32_t end)
{
	bool changed = false;

	for (uint32_t size = end - start; size; size /= 2) {
		for (uint32_t at = start; at + size <= end && s->left; at += size) {
			memcpy(s->candidate, s->data, s->length);
			memset(s->candidate + at, 0, size);
			changed |= try(s, s->length, false);
		}
	}
	return changed;
}

static bool plain_rest(struct shrink *s)
{
	bool changed = false;

	for (unsigned int i = 0; i < s->stack.count; i++) {
		const struct opn_layer *layer = &s->stack.layers[i];
		const struct opn_header_row *row = &opn_header_rows[layer->header];

		if (row->rule.unit && layer->size > row->size)
			changed |= plain_bytes(s, layer->offset + row->size,
					       layer->offset + layer->size);
	}
	if (s->stack.payload < s->length)
		changed |= plain_bytes(s, s->stack.payload, s->length);
	return changed;
}

/* Lengths and checksums right, if that is not what it is about. */
static bool plain_whole(struct shrink *s)
{
	memcpy(s->candidate, s->data, s->length);
	opn_packet_fix(s->candidate, s->length, true);
	return accept(s, s->candidate, s->length);
}

uint32_t opn_packet_shrink(uint8_t *data, uint32_t length, opn_packet_test *test, void *context,
			   unsigned int limit)
{
	static bool (*const steps[])(struct shrink *) = {
		drop_headers, drop_tails,   drop_optional, drop_bytes,
		plain_whole,  plain_fields, plain_rest,
	};
	struct shrink s = {
		.data = data, .length = length, .test = test, .context = context, .left = limit
	};
	bool changed = true;

	opn_stack_read(data, length, true, &s.stack);
	while (changed && s.left) {
		changed = false;
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
			changed |= steps[i](&s);
	}
	return s.length;
}
