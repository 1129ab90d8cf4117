// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_parse.c - JSON values to the bytes of keys and values
 *
 * What state_text.c writes can be read here: numbers, names of enumerators, addresses where the
 * type says so, objects by member names, lists, and hex for everything. Nothing is cut off or
 * filled up in silence but members that are not given, which are zero.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "state_internal.h"

enum { DEPTH_MAX = 16 };

static const char *parse(const struct btf *btf, uint32_t type, const json_t *value, uint8_t *out,
			 size_t size, struct opn_buf *where, unsigned int depth);

static void store(uint8_t *out, size_t size, bool network, uint64_t value)
{
	for (size_t i = 0; i < size; i++) {
		bool little = !network && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
		size_t shift = little ? i : size - 1 - i;
		/* beyond 64 bits: the sign */
		uint8_t rest = (int64_t)value < 0 ? 0xff : 0;

		out[i] = shift < 8 ? (uint8_t)(value >> 8 * shift) : rest;
	}
}

static const char *parse_number(const json_t *value, uint8_t *out, size_t size, bool network)
{
	json_int_t number = json_is_true(value) ? 1 : json_integer_value(value);

	if (size < 8 &&
	    (number < -((json_int_t)1 << (8 * size - 1)) || number >= (json_int_t)1 << 8 * size))
		return "the number does not fit";
	store(out, size, network, (uint64_t)number);
	return NULL;
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Pairs of digits with nothing, one blank or one colon between them; as many as there are bytes. */
static const char *parse_hex(const char *text, uint8_t *out, size_t size)
{
	size_t count = 0;

	if (!strncmp(text, "0x", 2))
		text += 2;
	for (; *text; text += 2) {
		if (count && (*text == ' ' || *text == ':'))
			text++;
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
			return "wants hex digits in pairs, one pair a byte";
		if (count == size)
			return "has more bytes than wanted";
		out[count++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
	}
	return count == size ? NULL : "has fewer bytes than wanted";
}

static const char *parse_bytes(const json_t *list, uint8_t *out, size_t size, struct opn_buf *where)
{
	if (json_array_size(list) != size)
		return "has another number of bytes than wanted";
	for (size_t i = 0; i < size; i++) {
		const json_t *byte = json_array_get(list, i);
		json_int_t number = json_integer_value(byte);

		if (!json_is_integer(byte) || number < 0 || number > 255) {
			opn_buf_printf(where, "/%zu", i);
			return "wants a byte, 0 to 255";
		}
		out[i] = (uint8_t)number;
	}
	return NULL;
}

/* Without a type, or where the type has no say. */
static const char *parse_plain(const json_t *value, uint8_t *out, size_t size,
			       struct opn_buf *where)
{
	if (json_is_string(value))
		return parse_hex(json_string_value(value), out, size);
	if (json_is_array(value))
		return parse_bytes(value, out, size, where);
	if ((json_is_integer(value) || json_is_boolean(value)) && size && size <= 8)
		return parse_number(value, out, size, false);
	return "wants a hex string or a list of bytes";
}

static const char *parse_integer(const struct btf_type *t, const json_t *value, uint8_t *out,
				 bool network, struct opn_buf *where)
{
	const char *text = json_string_value(value);

	if (text && network && t->size == 4 && strchr(text, '.'))
		return inet_pton(AF_INET, text, out) == 1 ? NULL : "is no IPv4 address";
	if (json_is_integer(value) || json_is_boolean(value))
		return parse_number(value, out, t->size, network);
	return parse_plain(value, out, t->size, where);
}

static const char *parse_enumerator(const struct btf *btf, const struct btf_type *t,
				    const json_t *value, uint8_t *out, struct opn_buf *where)
{
	const char *text = json_string_value(value);

	for (int i = 0; text && i < btf_vlen(t); i++) {
		bool wide = btf_is_enum64(t);
		uint32_t name = wide ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

		if (strcmp(btf__name_by_offset(btf, name), text))
			continue;
		store(out, t->size, false,
		      wide ? btf_enum64_value(btf_enum64(t) + i)
			   : (uint64_t)(int64_t)btf_enum(t)[i].val);
		return NULL;
	}
	return parse_plain(value, out, t->size, where);
}

static const char *parse_text(const char *text, uint8_t *out, size_t size)
{
	if (strlen(text) > size)
		return "the text is too long";
	memset(out, 0, size);
	memcpy(out, text, strlen(text));
	return NULL;
}

static const char *parse_array(const struct btf *btf, const struct btf_type *t, const json_t *value,
			       uint8_t *out, size_t size, struct opn_buf *where, unsigned int depth)
{
	uint32_t count = btf_array(t)->nelems;
	bool network = false;
	uint32_t type = opn_btf_strip(btf, btf_array(t)->type, &network);
	const struct btf_type *element = btf__type_by_id(btf, type);
	int64_t element_size = btf__resolve_size(btf, type);
	const char *text = json_string_value(value);

	if (!element || element_size <= 0 || size / (size_t)element_size < count)
		return parse_plain(value, out, size, where);
	if (text && network && size == 16 && strchr(text, ':'))
		return inet_pton(AF_INET6, text, out) == 1 ? NULL : "is no IPv6 address";
	if (text && !strcmp(btf__name_by_offset(btf, element->name_off), "char"))
		return parse_text(text, out, size);
	if (!json_is_array(value) || json_array_size(value) != count)
		return json_is_array(value) && element_size > 1 && json_array_size(value) != size
			       ? "has another number of elements than wanted"
			       : parse_plain(value, out, size, where);
	for (uint32_t i = 0; i < count; i++) {
		size_t length = where->length;
		const char *wrong;

		opn_buf_printf(where, "/%u", i);
		wrong = parse(btf, btf_array(t)->type, json_array_get(value, i),
			      out + i * (size_t)element_size, element_size, where, depth + 1);
		if (wrong)
			return wrong;
		where->length = length;
	}
	return NULL;
}

/* ---- structures ---- */

static const char *parse_bits(const json_t *value, uint8_t *out, size_t size, uint32_t offset,
			      uint32_t bits)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || bits > 62 || number < 0 || number >> bits)
		return "wants a number that fits into the bit field";
	for (uint32_t i = 0; i < bits; i++) {
		uint32_t at = offset + i;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		uint8_t mask = (uint8_t)(1 << at % 8);
		bool bit = number >> i & 1;
#else
		uint8_t mask = (uint8_t)(0x80 >> at % 8);
		bool bit = number >> (bits - 1 - i) & 1;
#endif
		if (at / 8 < size)
			out[at / 8] = (uint8_t)(bit ? out[at / 8] | mask : out[at / 8] & ~mask);
	}
	return NULL;
}

/* The member of this name, also in members without one; *bits is its place in the whole. */
static const struct btf_type *find_member(const struct btf *btf, const struct btf_type *t,
					  const char *name, uint32_t *index, uint32_t *bits,
					  unsigned int depth)
{
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *member = &btf_members(t)[i];
		const char *own = btf__name_by_offset(btf, member->name_off);
		const struct btf_type *inner, *found;
		uint32_t offset = *bits + btf_member_bit_offset(t, i);

		if (!strcmp(own, name)) {
			*index = i;
			*bits = offset;
			return t;
		}
		inner = btf__type_by_id(btf, opn_btf_strip(btf, member->type, NULL));
		if (*own || !inner || !btf_is_composite(inner) || depth == DEPTH_MAX)
			continue;
		found = find_member(btf, inner, name, index, &offset, depth + 1);
		if (found) {
			*bits = offset;
			return found;
		}
	}
	return NULL;
}

static const char *parse_struct(const struct btf *btf, const struct btf_type *t,
				const json_t *value, uint8_t *out, size_t size,
				struct opn_buf *where, unsigned int depth)
{
	const char *name, *wrong;
	const json_t *part;

	json_object_foreach((json_t *)value, name, part)
	{
		uint32_t index = 0, bits = 0, width;
		const struct btf_type *holder = find_member(btf, t, name, &index, &bits, 0);
		size_t length = where->length;
		int64_t wanted;

		opn_buf_printf(where, "/%s", name);
		if (!holder)
			return "there is no such member";
		width = btf_member_bitfield_size(holder, index);
		wanted = btf__resolve_size(btf, btf_members(holder)[index].type);
		if (width)
			wrong = parse_bits(part, out, size, bits, width);
		else if (wanted < 0 || bits % 8 || bits / 8 + (uint64_t)wanted > size)
			wrong = "the member lies outside of the value";
		else
			wrong = parse(btf, btf_members(holder)[index].type, part, out + bits / 8,
				      wanted, where, depth + 1);
		if (wrong)
			return wrong;
		where->length = length;
	}
	return NULL;
}

/* "10.0.0.0/8" for a key of prefix length and address, as LPM maps have them. */
static const char *parse_prefix(const char *text, uint8_t *out, size_t size)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN], rest;
	size_t length = slash - text;
	unsigned int bits;

	if (length >= sizeof(address) || sscanf(slash + 1, "%u%c", &bits, &rest) != 1)
		return "is no address with a prefix length";
	memcpy(address, text, length);
	address[length] = '\0';
	if (inet_pton(size == 8 ? AF_INET : AF_INET6, address, out + 4) != 1)
		return "is no address with a prefix length";
	if (bits > 8 * (size - 4))
		return "the prefix is longer than the address";
	store(out, 4, false, bits);
	return NULL;
}

static const char *parse_composite(const struct btf *btf, const struct btf_type *t,
				   const json_t *value, uint8_t *out, size_t size,
				   struct opn_buf *where, unsigned int depth)
{
	const char *text = json_string_value(value);
	bool is_address = size == 16 && !strcmp(btf__name_by_offset(btf, t->name_off), "in6_addr");

	if (json_is_object(value))
		return parse_struct(btf, t, value, out, size, where, depth);
	if (text && is_address && strchr(text, ':'))
		return inet_pton(AF_INET6, text, out) == 1 ? NULL : "is no IPv6 address";
	if (text && !depth && (size == 8 || size == 20) && strchr(text, '/'))
		return parse_prefix(text, out, size);
	if (json_is_integer(value) || json_is_boolean(value))
		return "wants an object by member names, a hex string or a list of bytes";
	return parse_plain(value, out, size, where);
}

static const char *parse(const struct btf *btf, uint32_t type, const json_t *value, uint8_t *out,
			 size_t size, struct opn_buf *where, unsigned int depth)
{
	const struct btf_type *t;
	bool network = false;

	type = btf && type ? opn_btf_strip(btf, type, &network) : 0;
	t = type ? btf__type_by_id(btf, type) : NULL;
	if (!t || depth > DEPTH_MAX)
		return parse_plain(value, out, size, where);
	if (btf_is_int(t) && t->size == size)
		return parse_integer(t, value, out, network, where);
	if (btf_is_any_enum(t) && t->size == size)
		return parse_enumerator(btf, t, value, out, where);
	if (btf_is_array(t))
		return parse_array(btf, t, value, out, size, where, depth);
	if (btf_is_composite(t) && t->size == size)
		return parse_composite(btf, t, value, out, size, where, depth);
	return parse_plain(value, out, size, where);
}

const char *opn_state_parse(const struct btf *btf, uint32_t type, const json_t *value, void *out,
			    size_t size, struct opn_buf *where)
{
	int64_t wanted = btf && type ? btf__resolve_size(btf, type) : -1;

	memset(out, 0, size);
	if (wanted < 0 || (uint64_t)wanted != size)
		type = 0;
	return parse(btf, type, value, out, size, where, 0);
}
