// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_fields.c - tells people what is in a frame: fields, their values, the stack of headers
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "packet_stack.h"

/* ---- fields ---- */

struct list {
	struct opn_field *fields; /* NULL: only counted */
	size_t count;
	uint32_t end; /* of the last one */
};

static void add(struct list *list, const char *header, unsigned int level, const char *name,
		uint32_t end)
{
	if (end <= list->end)
		return;
	if (list->fields)
		list->fields[list->count] =
			(struct opn_field){ header, level, name, list->end, end - list->end };
	list->count++;
	list->end = end;
}

static unsigned int level_of(const struct opn_stack *stack, unsigned int number)
{
	unsigned int level = 0;

	for (unsigned int i = 0; i < number; i++)
		level += stack->layers[i].header == stack->layers[number].header;
	return level;
}

static void add_layer(struct list *list, const struct opn_stack *stack, unsigned int number,
		      const uint8_t *data)
{
	const struct opn_layer *layer = &stack->layers[number];
	const struct opn_header_row *row = &opn_header_rows[layer->header];
	unsigned int level = level_of(stack, number);

	for (unsigned int field = row->first; field < row[1].first; field++) {
		const struct opn_field_row *f = &opn_field_rows[field];
		int offset = layer->size ? opn_field_offset(data + layer->offset, field) : -1;

		if (offset >= 0 && offset + f->size <= layer->size)
			add(list, row->name, level, f->name, layer->offset + offset + f->size);
	}
	add(list, row->name, level, row->tail ?: "data", layer->offset + layer->size);
}

/* Counts, or also fills, so that the array is as long as it must be. */
static size_t list_fields(const struct opn_stack *stack, const uint8_t *data,
			  struct opn_field *fields)
{
	struct list list = { .fields = fields };

	for (unsigned int i = 0; i < stack->count; i++)
		add_layer(&list, stack, i, data);
	add(&list, "payload", 0, "data", MAX(stack->end, stack->payload));
	add(&list, "padding", 0, "data", stack->length);
	return list.count;
}

struct opn_field *opn_packet_fields(struct opn_arena *arena, const uint8_t *data, uint32_t length,
				    size_t *count)
{
	struct opn_stack stack;
	struct opn_field *fields;

	*count = 0;
	opn_stack_read(data, length, true, &stack);
	fields = opn_arena_array(arena, list_fields(&stack, data, NULL) + 1, sizeof(*fields));
	if (fields)
		*count = list_fields(&stack, data, fields);
	return fields;
}

/* ---- text ---- */

#define SHOWN_BYTES 32 /* of a long value */

static char *bytes_text(struct opn_arena *arena, const uint8_t *at, uint32_t size)
{
	char text[2 * SHOWN_BYTES + 1] = "";
	uint32_t shown = MIN(size, SHOWN_BYTES);

	for (uint32_t i = 0; i < shown; i++)
		snprintf(text + 2 * i, 3, "%02x", at[i]);
	return opn_arena_printf(arena, shown < size ? "%s... (%u bytes)" : "%s", text, size);
}

static int format_of(const struct opn_field *field)
{
	for (unsigned int header = 1; header < OPN_HEADERS; header++) {
		const struct opn_header_row *row = &opn_header_rows[header];

		if (strcmp(row->name, field->header) != 0)
			continue;
		for (unsigned int i = row->first; i < row[1].first; i++) {
			if (!strcmp(opn_field_rows[i].name, field->name) &&
			    opn_field_rows[i].size == field->size)
				return opn_field_rows[i].format;
		}
	}
	return OPN_TEXT_BYTES;
}

char *opn_field_text(struct opn_arena *arena, const struct opn_field *field, const uint8_t *data)
{
	const uint8_t *at = data + field->offset;
	char text[INET6_ADDRSTRLEN];

	switch ((enum opn_field_format)format_of(field)) {
	case OPN_TEXT_NUMBER:
		return opn_arena_printf(arena, "%" PRIu64, opn_value_get(at, field->size));
	case OPN_TEXT_HEX:
		return opn_arena_printf(arena, "0x%0*" PRIx64, 2 * (int)field->size,
					opn_value_get(at, field->size));
	case OPN_TEXT_MAC:
		return opn_arena_printf(arena, "%02x:%02x:%02x:%02x:%02x:%02x", at[0], at[1], at[2],
					at[3], at[4], at[5]);
	case OPN_TEXT_IPV4:
		return opn_arena_strdup(arena, inet_ntop(AF_INET, at, text, sizeof(text)));
	case OPN_TEXT_IPV6:
		return opn_arena_strdup(arena, inet_ntop(AF_INET6, at, text, sizeof(text)));
	case OPN_TEXT_BYTES:
		break;
	}
	return bytes_text(arena, at, field->size);
}

char *opn_packet_summary(struct opn_arena *arena, const uint8_t *data, uint32_t length)
{
	struct opn_stack stack;
	struct opn_buf buf = { 0 };
	char *text, *copy;

	opn_stack_read(data, length, true, &stack);
	for (unsigned int i = 0; i < stack.count; i++)
		opn_buf_printf(&buf, "%s%s%s%s", i ? " / " : "",
			       opn_header_rows[stack.layers[i].header].name,
			       stack.layers[i].splits ? " (fragment)" : "",
			       stack.layers[i].cut ? " (cut)" : "");
	opn_buf_printf(&buf, "%s%u bytes", stack.count ? ", " : "", length);
	text = opn_buf_take(&buf);
	copy = opn_arena_strdup(arena, text);
	free(text);
	return copy;
}

uint64_t opn_packet_shape(const uint8_t *data, uint32_t length)
{
	_Static_assert(OPN_HEADERS < 0x40, "a kind and two bits in a byte");
	uint8_t kinds[OPN_STACK_MAX];
	struct opn_stack stack;

	opn_stack_read(data, length, true, &stack);
	for (unsigned int i = 0; i < stack.count; i++)
		kinds[i] = stack.layers[i].header | (stack.layers[i].cut ? 0x80 : 0) |
			   (stack.layers[i].splits ? 0x40 : 0);
	return opn_hash(kinds, stack.count);
}
