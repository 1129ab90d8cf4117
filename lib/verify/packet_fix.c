// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * packet_fix.c - makes lengths and checksums of a frame right
 *
 * Lengths from the outermost header in, as each reaches to the end of the frame; checksums from the
 * innermost out, as outer ones cover inner ones. One's complement sums are the same in every byte
 * order (RFC 1071), so words are added as this machine reads them.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <string.h>
#include <sys/param.h>

#include "packet_stack.h"

static void set_lengths(uint8_t *data, const struct opn_stack *stack)
{
	for (unsigned int i = 0; i < stack->count; i++) {
		const struct opn_layer *layer = &stack->layers[i];
		const struct opn_header_row *row = &opn_header_rows[layer->header];
		uint8_t *at = data + layer->offset;
		const struct opn_field_row *field = &opn_field_rows[row->length];
		uint32_t held = stack->length - layer->offset;

		if (row->length && !layer->fragment && field->offset + field->size <= layer->size &&
		    held >= row->uncounted) {
			opn_value_put(at + field->offset, field->size,
				      MIN(held - row->uncounted, 0xffff));
		} else if (row->space == OPN_SPACE_ETHERTYPE && i + 1 < stack->count &&
			   layer[1].header == OPN_H_LLC) {
			field = &opn_field_rows[row->next];
			opn_value_put(at + field->offset, field->size,
				      MIN(held - layer->size, 1500));
		}
	}
}

/* ---- checksums ---- */

static uint64_t add_bytes(uint64_t sum, const uint8_t *at, uint32_t length)
{
	uint32_t word;
	uint16_t half = 0;

	for (; length >= 4; at += 4, length -= 4) {
		memcpy(&word, at, 4);
		sum += word;
	}
	if (length >= 2) {
		memcpy(&half, at, 2);
		sum += half;
		at += 2;
	}
	half = 0;
	if (length & 1) {
		memcpy(&half, at, 1);
		sum += half;
	}
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Where the packet goes in the end: the last stop of a routing header that is not done yet (RFC
 * 8200 8.1; RFC 8754: the first entry of the list is the last stop). NULL: none. */
static const uint8_t *last_stop(const uint8_t *data, const struct opn_layer *layer)
{
	const uint8_t *at = data + layer->offset;

	if (layer->header != OPN_H_ROUTING || layer->cut || layer->size < 24 ||
	    !at[opn_field_rows[OPN_F_ROUTING_LEFT].offset])
		return NULL;
	return at[opn_field_rows[OPN_F_ROUTING_TYPE].offset] == 4 ? at + 8 : at + layer->size - 16;
}

static uint64_t add_pseudo(uint64_t sum, const uint8_t *data, const struct opn_stack *stack,
			   const struct opn_layer *layer)
{
	const struct opn_layer *ip = &stack->layers[layer->ip - 1];
	const uint8_t *at = data + ip->offset;
	const uint8_t *to = NULL;

	sum += htons(layer->number) + (uint64_t)htons(layer->end - layer->offset);
	if (ip->header == OPN_H_IPV4)
		return add_bytes(sum, at + opn_field_rows[OPN_F_IPV4_SOURCE].offset, 8);
	for (const struct opn_layer *between = ip + 1; between < layer; between++)
		to = last_stop(data, between) ?: to;
	sum = add_bytes(sum, at + opn_field_rows[OPN_F_IPV6_SOURCE].offset, 16);
	return add_bytes(sum, to ?: at + opn_field_rows[OPN_F_IPV6_DESTINATION].offset, 16);
}

/* By half bytes: the polynomial of RFC 9260, bits reversed, times 0..15. */
static uint32_t crc32c(const uint8_t *at, uint32_t length)
{
	static const uint32_t table[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
		0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	uint32_t crc = ~0u;

	while (length--) {
		crc ^= *at++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static void set_checksum(uint8_t *data, const struct opn_stack *stack,
			 const struct opn_layer *layer)
{
	const struct opn_header_row *row = &opn_header_rows[layer->header];
	uint8_t *at = data + layer->offset;
	uint32_t length = layer->end - layer->offset;
	int offset = row->sum ? opn_field_offset(at, row->sum) : -1;
	uint64_t sum = 0;
	uint16_t folded;
	uint32_t crc;

	if (offset < 0 || offset + opn_field_rows[row->sum].size > layer->size || layer->fragment)
		return;
	if (row->sum_kind == OPN_SUM_UDP && !at[offset] && !at[offset + 1] && layer->ip &&
	    stack->layers[layer->ip - 1].header == OPN_H_IPV4)
		return;
	if (row->sum_kind == OPN_SUM_PSEUDO || row->sum_kind == OPN_SUM_UDP) {
		if (!layer->ip)
			return;
		sum = add_pseudo(0, data, stack, layer);
	}
	memset(at + offset, 0, opn_field_rows[row->sum].size);
	if (row->sum_kind == OPN_SUM_CRC32C) {
		crc = crc32c(at, length);
		for (int i = 0; i < 4; i++)
			at[offset + i] = crc >> (8 * i);
		return;
	}
	folded = fold(add_bytes(sum, at, row->sum_kind == OPN_SUM_HEADER ? layer->size : length));
	if (!folded && row->sum_kind == OPN_SUM_UDP)
		folded = 0xffff;
	memcpy(at + offset, &folded, 2);
}

void opn_packet_fix(uint8_t *data, uint32_t length, bool lengths)
{
	struct opn_stack stack;

	assert(data);
	opn_stack_read(data, length, !lengths, &stack);
	if (lengths)
		set_lengths(data, &stack);
	for (unsigned int i = stack.count; i--;)
		set_checksum(data, &stack, &stack.layers[i]);
}
