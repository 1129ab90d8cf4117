// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases.c - the list of cases, verdicts by name, bytes written as text
 *
 * See cases.h.
 */
#include <string.h>
#include <strings.h>

#include "cases.h"

static bool grow(struct opn_cases *cases)
{
	size_t capacity = cases->capacity ? cases->capacity * 2 : 64;
	struct opn_case *list = opn_arena_array(cases->arena, capacity, sizeof(*list));

	if (!list)
		return false;
	if (cases->count)
		memcpy(list, cases->list, cases->count * sizeof(*list));
	cases->list = list;
	cases->capacity = capacity;
	return true;
}

struct opn_case *opn_cases_add(struct opn_cases *cases, const char *name)
{
	struct opn_case *new;

	if (cases->count >= OPN_CASES_MAX)
		return NULL;
	if (cases->count == cases->capacity && !grow(cases))
		return NULL;
	new = &cases->list[cases->count];
	*new = (struct opn_case){ .name = opn_arena_strdup(cases->arena, name) };
	if (!new->name)
		return NULL;
	cases->count++;
	return new;
}

bool opn_cases_copy(struct opn_cases *cases, struct opn_packet *out, const void *data,
		    size_t length)
{
	uint8_t *copy;

	if (length > OPN_PACKET_MAX || length > OPN_CASES_BYTES_MAX - cases->bytes)
		return false;
	copy = opn_arena_alloc(cases->arena, length ? length : 1);
	if (!copy)
		return false;
	memcpy(copy, data, length);
	cases->bytes += length;
	*out = (struct opn_packet){ copy, (uint32_t)length };
	return true;
}

bool opn_verdict_find(const struct opn_verdict_names *verdicts, const char *name, uint32_t *value)
{
	for (size_t i = 0; verdicts && i < verdicts->count; i++) {
		if (!strcasecmp(verdicts->rows[i].name, name)) {
			*value = (uint32_t)verdicts->rows[i].value;
			return true;
		}
	}
	return false;
}

/* ---- bytes as text ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool is_space(char c)
{
	return c && strchr(" \t\r\n", c);
}

size_t opn_bytes_of_hex(struct opn_arena *arena, const char *text, size_t length, uint8_t **out)
{
	uint8_t *bytes = opn_arena_alloc(arena, length / 2 + 1);
	size_t count = 0, i = 0;

	if (!bytes)
		return SIZE_MAX;
	while (i < length) {
		if (is_space(text[i]) || (text[i] && strchr(":-,", text[i]))) {
			i++;
		} else if (i + 2 < length && text[i] == '0' &&
			   (text[i + 1] == 'x' || text[i + 1] == 'X')) {
			i += 2;
		} else if (i + 1 < length && hex_digit(text[i]) >= 0 &&
			   hex_digit(text[i + 1]) >= 0) {
			bytes[count++] =
				(uint8_t)(hex_digit(text[i]) << 4 | hex_digit(text[i + 1]));
			i += 2;
		} else {
			return SIZE_MAX;
		}
	}
	*out = bytes;
	return count;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-') /* RFC 4648, section 5: the second alphabet */
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

size_t opn_bytes_of_base64(struct opn_arena *arena, const char *text, size_t length, uint8_t **out)
{
	uint8_t *bytes = opn_arena_alloc(arena, length / 4 * 3 + 4);
	size_t count = 0, digits = 0, padding = 0;
	uint32_t group = 0;

	if (!bytes)
		return SIZE_MAX;
	for (size_t i = 0; i < length; i++) {
		int digit = base64_digit(text[i]);

		if (is_space(text[i]))
			continue;
		if (text[i] == '=') {
			padding++;
			continue;
		}
		if (digit < 0 || padding)
			return SIZE_MAX;
		group = group << 6 | (uint32_t)digit;
		if (++digits % 4)
			continue;
		bytes[count++] = (uint8_t)(group >> 16);
		bytes[count++] = (uint8_t)(group >> 8);
		bytes[count++] = (uint8_t)group;
	}
	if (digits % 4 == 1 || (padding && (digits + padding) % 4) || padding > 2)
		return SIZE_MAX;
	if (digits % 4 == 2) {
		bytes[count++] = (uint8_t)(group >> 4);
	} else if (digits % 4 == 3) {
		bytes[count++] = (uint8_t)(group >> 10);
		bytes[count++] = (uint8_t)(group >> 2);
	}
	*out = bytes;
	return count;
}
