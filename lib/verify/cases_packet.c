// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases_packet.c - which values of a test source are packets
 *
 * A list of bytes, a string of bytes written as numbers, hexadecimal or base64 text, or a structure
 * of headers. Text and lists of numbers are taken for one when a name beside them says so ("pkt",
 * "fromhex"), or when they have the form of an Ethernet frame with a known protocol: of 386 test
 * sources of the Linux kernel, those with other tables and digests gave no packet that is none.
 */
#include <string.h>

#include "cases_source.h"

#define FRAME_MIN 14 /* bytes: an Ethernet header */

struct bytes {
	uint8_t *data;
	size_t length;
};

static bool is_plausible(const struct bytes *bytes)
{
	static const unsigned int protocols[] = { 0x0800, 0x0806, 0x86dd, 0x8100,
						  0x88a8, 0x8847, 0x8848 };
	unsigned int protocol;

	if (!bytes->data || bytes->length < FRAME_MIN)
		return false;
	protocol = (unsigned int)bytes->data[12] << 8 | bytes->data[13];
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (protocols[i] == protocol)
			return true;
	}
	return false;
}

static bool is_frame(const struct bytes *bytes, bool hinted)
{
	return bytes->length >= FRAME_MIN && bytes->length <= OPN_PACKET_MAX &&
	       (hinted || is_plausible(bytes));
}

/* The strings of an expression as one: "a" "b", "a" + "b". False: there is something else. */
static bool join_strings(struct opn_source *source, const struct opn_node *node,
			 struct opn_node *out)
{
	struct opn_buf buf = { 0 };
	bool all = node != NULL;

	*out = (struct opn_node){ .kind = OPN_NODE_STRING };
	if (node && !node->next && node->kind == OPN_NODE_STRING) {
		*out = *node;
		return true;
	}
	for (; node && all; node = node->next) {
		all = node->kind == OPN_NODE_STRING ||
		      (node->kind == OPN_NODE_OPERATOR && !strcmp(node->text, "+"));
		if (node->kind == OPN_NODE_STRING) {
			opn_buf_add(&buf, node->text, node->length);
			out->escaped += node->escaped;
		}
	}
	if (all && buf.length) {
		char *text = opn_arena_alloc(source->arena, buf.length + 1);

		if (text)
			memcpy(text, buf.data, buf.length);
		out->text = text;
		out->length = buf.length;
		all = text != NULL;
	} else {
		all = false;
	}
	opn_buf_free(&buf);
	return all;
}

enum string_form { FORM_ANY, FORM_HEX, FORM_BASE64 };

static bool string_packet(struct opn_source *source, const struct opn_node *string,
			  enum string_form form, bool hinted, struct bytes *out)
{
	struct opn_arena *arena = source->arena;

	if (string->length < FRAME_MIN)
		return false;
	if (form == FORM_ANY && string->escaped * 2 >= string->length) {
		out->data = (uint8_t *)(uintptr_t)string->text;
		out->length = string->length;
		return is_frame(out, hinted || string->escaped * 4 >= string->length * 3);
	}
	if (form != FORM_BASE64) {
		out->length = opn_bytes_of_hex(arena, string->text, string->length, &out->data);
		if (out->length != SIZE_MAX && is_frame(out, hinted || form == FORM_HEX))
			return true;
	}
	if (form == FORM_HEX)
		return false;
	/* base64 has no mark of its own: any long word is some, so its header must be right */
	out->length = opn_bytes_of_base64(arena, string->text, string->length, &out->data);
	return out->length != SIZE_MAX && is_frame(out, form == FORM_BASE64);
}

/* A list of numbers, all of which are bytes. */
static bool list_packet(struct opn_source *source, const struct opn_node *list, bool hinted,
			struct bytes *out)
{
	size_t i = 0;

	if (list->statements || list->count < FRAME_MIN || list->count > OPN_PACKET_MAX)
		return false;
	out->data = NULL;
	out->length = list->count;
	for (const struct opn_element *e = list->elements; e; e = e->next, i++) {
		uint64_t number;

		if (e->before || !opn_source_number(source, e->value, &number) || number > 255)
			return false;
		if (!out->data)
			out->data = opn_arena_alloc(source->arena, list->count);
		if (!out->data)
			return false;
		out->data[i] = (uint8_t)number;
	}
	return is_frame(out, hinted);
}

static bool value_packet(struct opn_source *source, const struct opn_node *value, bool hinted,
			 unsigned int depth, struct bytes *out);

/* A call with one argument: "bytes.fromhex(...)", "DecodeString(...)", "std::string(...)". */
static bool call_packet(struct opn_source *source, const char *name, const struct opn_node *list,
			bool hinted, unsigned int depth, struct bytes *out)
{
	const struct opn_node *argument = list->count ? list->elements->value : NULL;
	struct opn_node string;
	enum string_form form = strcasestr(name, "64")	  ? FORM_BASE64
				: strcasestr(name, "hex") ? FORM_HEX
							  : FORM_ANY;

	if (!argument || (list->count != 1 && form == FORM_ANY))
		return false;
	if (form != FORM_ANY && join_strings(source, argument, &string))
		return string_packet(source, &string, form, true, out);
	return list->count == 1 &&
	       value_packet(source, argument, hinted || strstr(name, "byte"), depth + 1, out);
}

static bool value_packet(struct opn_source *source, const struct opn_node *value, bool hinted,
			 unsigned int depth, struct bytes *out)
{
	const struct opn_node *last = value, *before = NULL;
	struct opn_node string;

	if (!value || depth > 8)
		return false;
	if (join_strings(source, value, &string))
		return string_packet(source, &string, FORM_ANY, hinted, out);
	for (; last->next; last = last->next)
		before = last;
	if (last->kind != OPN_NODE_LIST)
		return false;
	if (last->open == '(' && before && before->kind == OPN_NODE_NAME)
		return call_packet(source, before->text, last, hinted, depth, out);
	if (list_packet(source, last, hinted, out))
		return true;
	out->length = opn_source_structure(source, last, &out->data);
	return out->length > 0;
}

/* "char packet[64] = {...}": the rest is zero. */
static bool pad(struct opn_source *source, const struct opn_element *element, struct bytes *out)
{
	const struct opn_node *last = element->before;
	uint64_t size = 0;
	uint8_t *data;

	while (last && last->next && last->next->kind != OPN_NODE_OPERATOR)
		last = last->next;
	if (!last || last->kind != OPN_NODE_LIST || last->open != '[' || last->count != 1 ||
	    !opn_source_number(source, last->elements->value, &size) || size <= out->length ||
	    size > OPN_PACKET_MAX || source->language != OPN_SOURCE_C)
		return true;
	data = opn_arena_alloc(source->arena, (size_t)size);
	if (!data)
		return false;
	memcpy(data, out->data, out->length);
	*out = (struct bytes){ data, (size_t)size };
	return true;
}

bool opn_source_is_packet_word(const char *label)
{
	static const char *const words[] = { "pkt", "packet", "frame", "input", "output" };

	for (size_t i = 0; label && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasestr(label, words[i]))
			return true;
	}
	return false;
}

size_t opn_source_packet(struct opn_source *source, const struct opn_element *element, bool hinted,
			 uint8_t **out)
{
	struct bytes bytes;

	hinted = hinted || opn_source_is_packet_word(element->label);
	if (!value_packet(source, element->value, hinted, 0, &bytes) ||
	    !pad(source, element, &bytes))
		return 0;
	*out = bytes.data;
	return bytes.length;
}
