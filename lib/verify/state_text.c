// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_text.c - keys and values of maps as people read them
 *
 * By BTF: members with their names, numbers, words of enumerations, addresses where the type says
 * so (__be32, struct in6_addr, six bytes). Bytes that no type explains are written as hex. BTF
 * comes from strangers: every offset is checked against the bytes that are there.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "state_internal.h"

enum { DEPTH_MAX = 16, ELEMENTS_MAX = 64 };

static void write_hex(struct opn_buf *buf, const uint8_t *data, size_t size)
{
	if (!size)
		opn_buf_puts(buf, "nothing");
	for (size_t i = 0; i < size; i++)
		opn_buf_printf(buf, "%s%02x", i ? " " : "", data[i]);
}

/* A number of size bytes in this machine's order. */
static uint64_t read_number(const uint8_t *data, size_t size)
{
	uint64_t value = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(&value, data, size);
#else
	memcpy((uint8_t *)&value + sizeof(value) - size, data, size);
#endif
	return value;
}

static uint64_t read_network(const uint8_t *data, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | data[i];
	return value;
}

static void write_address(struct opn_buf *buf, int family, const uint8_t *data)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, data, text, sizeof(text)))
		opn_buf_puts(buf, text);
}

static void write_integer(struct opn_buf *buf, const struct btf_type *t, bool network,
			  const uint8_t *data)
{
	uint8_t encoding = btf_int_encoding(t);
	size_t size = t->size;
	uint64_t value;

	/* a stranger's BTF may say anything */
	if (!size || size > 8) {
		write_hex(buf, data, size);
		return;
	}
	if (network && size == 4) {
		write_address(buf, AF_INET, data);
		return;
	}
	value = network ? read_network(data, size) : read_number(data, size);
	if (encoding & BTF_INT_BOOL && value <= 1)
		opn_buf_puts(buf, value ? "true" : "false");
	else if (encoding & BTF_INT_SIGNED && size < 8 && value >> (8 * size - 1))
		opn_buf_printf(buf, "%" PRId64, (int64_t)(value | ~(uint64_t)0 << 8 * size));
	else if (encoding & BTF_INT_SIGNED)
		opn_buf_printf(buf, "%" PRId64, (int64_t)value);
	else
		opn_buf_printf(buf, "%" PRIu64, value);
}

static void write_enumerator(struct opn_buf *buf, const struct btf *btf, const struct btf_type *t,
			     const uint8_t *data)
{
	uint64_t value = t->size <= 8 ? read_number(data, t->size) : 0;
	uint64_t mask = t->size < 8 ? ((uint64_t)1 << 8 * t->size) - 1 : ~(uint64_t)0;

	for (int i = 0; i < btf_vlen(t); i++) {
		bool wide = btf_is_enum64(t);
		uint64_t word = wide ? btf_enum64_value(btf_enum64(t) + i)
				     : (uint64_t)(int64_t)btf_enum(t)[i].val;
		uint32_t name = wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

		if ((word & mask) == value) {
			opn_buf_puts(buf, btf__name_by_offset(btf, name));
			return;
		}
	}
	opn_buf_printf(buf, "%" PRIu64, value);
}

static bool is_text(const uint8_t *data, size_t size)
{
	size_t length = strnlen((const char *)data, size);

	for (size_t i = 0; i < length; i++) {
		if (!isprint(data[i]) || data[i] == '"' || data[i] == '\\')
			return false;
	}
	for (size_t i = length; i < size; i++) {
		if (data[i])
			return false;
	}
	return length > 0;
}

static void write_type(struct opn_buf *buf, const struct btf *btf, uint32_t type,
		       const uint8_t *data, size_t size, unsigned int depth);

static void write_array(struct opn_buf *buf, const struct btf *btf, const struct btf_type *t,
			const uint8_t *data, size_t size, unsigned int depth)
{
	uint32_t count = btf_array(t)->nelems;
	bool network = false;
	uint32_t type = opn_btf_strip(btf, btf_array(t)->type, &network);
	const struct btf_type *element = btf__type_by_id(btf, type);
	int64_t element_size = btf__resolve_size(btf, type);

	if (!element || element_size <= 0 || !count || size / count < (size_t)element_size) {
		write_hex(buf, data, size);
		return;
	}
	if (network && element_size * count == 16) {
		write_address(buf, AF_INET6, data);
		return;
	}
	if (btf_is_int(element) && element_size == 1) {
		if (is_text(data, size))
			opn_buf_printf(buf, "\"%.*s\"", (int)size, (const char *)data);
		else
			write_hex(buf, data, size);
		return;
	}
	opn_buf_putc(buf, '[');
	for (uint32_t i = 0; i < count; i++) {
		if (i == ELEMENTS_MAX) {
			opn_buf_printf(buf, ", and %u more", count - i);
			break;
		}
		opn_buf_puts(buf, i ? ", " : "");
		write_type(buf, btf, btf_array(t)->type, data + i * (size_t)element_size,
			   element_size, depth + 1);
	}
	opn_buf_putc(buf, ']');
}

/* A member that does not begin or end at a byte. */
static void write_bits(struct opn_buf *buf, const uint8_t *data, size_t size, uint32_t offset,
		       uint32_t bits)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < bits && i < 64; i++) {
		uint32_t at = offset + i;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		uint64_t bit = at / 8 < size ? data[at / 8] >> at % 8 & 1 : 0;

		value |= bit << i;
#else
		uint64_t bit = at / 8 < size ? data[at / 8] >> (7 - at % 8) & 1 : 0;

		value = value << 1 | bit;
#endif
	}
	opn_buf_printf(buf, "%" PRIu64, value);
}

static void write_member(struct opn_buf *buf, const struct btf *btf, const struct btf_type *t,
			 uint32_t index, const uint8_t *data, size_t size, unsigned int depth)
{
	uint32_t offset = btf_member_bit_offset(t, index);
	uint32_t bits = btf_member_bitfield_size(t, index);
	uint32_t type = btf_members(t)[index].type;
	int64_t wanted = btf__resolve_size(btf, type);

	if (bits || offset % 8)
		write_bits(buf, data, size, offset, bits ? bits : 8 * (uint32_t)wanted);
	else if (wanted < 0 || offset / 8 > size || size - offset / 8 < (uint64_t)wanted)
		opn_buf_putc(buf, '?');
	else
		write_type(buf, btf, type, data + offset / 8, wanted, depth + 1);
}

/* Of a union the largest member says most. */
static uint32_t largest_member(const struct btf *btf, const struct btf_type *t)
{
	uint32_t best = 0;
	int64_t most = -1;

	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		int64_t size = btf__resolve_size(btf, btf_members(t)[i].type);

		if (size > most) {
			most = size;
			best = i;
		}
	}
	return best;
}

static void write_struct(struct opn_buf *buf, const struct btf *btf, const struct btf_type *t,
			 const uint8_t *data, size_t size, unsigned int depth)
{
	uint32_t first = 0, end = btf_vlen(t);

	if (size == 16 && !strcmp(btf__name_by_offset(btf, t->name_off), "in6_addr")) {
		write_address(buf, AF_INET6, data);
		return;
	}
	if (btf_is_union(t) && end) {
		first = largest_member(btf, t);
		end = first + 1;
	}
	opn_buf_putc(buf, '{');
	for (uint32_t i = first; i < end; i++) {
		const char *name = btf__name_by_offset(btf, btf_members(t)[i].name_off);

		opn_buf_puts(buf, i > first ? ", " : "");
		if (*name)
			opn_buf_printf(buf, "%s: ", name);
		write_member(buf, btf, t, i, data, size, depth);
	}
	opn_buf_putc(buf, '}');
}

static void write_type(struct opn_buf *buf, const struct btf *btf, uint32_t type,
		       const uint8_t *data, size_t size, unsigned int depth)
{
	bool network = false;
	const struct btf_type *t;

	type = opn_btf_strip(btf, type, &network);
	t = btf__type_by_id(btf, type);
	if (!t || depth > DEPTH_MAX)
		write_hex(buf, data, size);
	else if (btf_is_int(t) && t->size <= size)
		write_integer(buf, t, network, data);
	else if (btf_is_any_enum(t) && t->size <= size)
		write_enumerator(buf, btf, t, data);
	else if (btf_is_array(t))
		write_array(buf, btf, t, data, size, depth);
	else if (btf_is_composite(t) && t->size <= size)
		write_struct(buf, btf, t, data, size, depth);
	else
		write_hex(buf, data, size);
}

void opn_state_write_text(struct opn_buf *buf, const struct btf *btf, uint32_t type,
			  const void *data, size_t size)
{
	int64_t wanted = btf && type ? btf__resolve_size(btf, type) : -1;

	if (wanted < 0 || (uint64_t)wanted != size)
		write_hex(buf, data, size);
	else
		write_type(buf, btf, type, data, size, 0);
}

char *opn_state_text(struct opn_arena *arena, const struct btf *btf, uint32_t type,
		     const void *data, size_t size)
{
	struct opn_buf buf = { 0 };
	char *text, *copy;

	opn_state_write_text(&buf, btf, type, data, size);
	text = opn_buf_take(&buf);
	copy = opn_arena_strdup(arena, text);
	free(text);
	return copy;
}
