// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * cases_json.c - cases of a JSON file: hookdefs/schema/cases.schema.json
 *
 * jansson tells the line of a syntax error; of a wrong value it keeps none, so that is told by its
 * path in the document ("cases[3].packet").
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

#define FILE_MAX      (64u << 20) /* bytes */
#define BASE64_PREFIX "base64:"

struct reader {
	struct opn_cases *cases;
	const char *path;
	struct opn_diags *diags;
	size_t index; /* of the case */
};

/* Reports that the key of this case is wrong. */
static int invalid(struct reader *reader, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int invalid(struct reader *reader, const char *key, const char *format, ...)
{
	struct opn_loc place = { reader->path, 0, 0, 0 };
	char what[64], why[256];
	va_list arguments;

	snprintf(what, sizeof(what), "cases[%zu]%s%s", reader->index, key ? "." : "",
		 key ? key : "");
	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	return opn_diag(reader->diags, OPN_DIAG_VALUE_INVALID, place, what, why);
}

static int check_keys(struct reader *reader, json_t *object, const char *const *known)
{
	struct opn_loc place = { reader->path, 0, 0, 0 };
	const char *key, *near;
	json_t *value;
	int err = 0;

	json_object_foreach(object, key, value)
	{
		size_t i = 0;
		char hint[128] = "";

		(void)value;
		while (known[i] && strcmp(known[i], key))
			i++;
		if (known[i])
			continue;
		near = opn_suggest(key, known);
		if (near)
			snprintf(hint, sizeof(hint), "; did you mean '%s'?", near);
		err = opn_diag(reader->diags, OPN_DIAG_KEY_UNKNOWN, place, key, hint);
	}
	return err;
}

static int read_list(struct reader *reader, const char *key, json_t *list, uint8_t **data,
		     size_t *length)
{
	*length = json_array_size(list);
	if (*length > OPN_PACKET_MAX)
		return 0; /* told with the other forms */
	*data = opn_arena_alloc(reader->cases->arena, *length + 1);
	if (!*data)
		return -ENOMEM;
	for (size_t i = 0; i < *length; i++) {
		json_t *item = json_array_get(list, i);

		if (!json_is_integer(item) || json_integer_value(item) < 0 ||
		    json_integer_value(item) > 255)
			return invalid(reader, key, "element %zu is no number from 0 to 255", i);
		(*data)[i] = (uint8_t)json_integer_value(item);
	}
	return 0;
}

static int read_text(struct reader *reader, const char *key, json_t *value, uint8_t **data,
		     size_t *length)
{
	const char *text = json_string_value(value);
	size_t size = json_string_length(value), prefix = strlen(BASE64_PREFIX);

	if (size >= prefix && !memcmp(text, BASE64_PREFIX, prefix)) {
		*length = opn_bytes_of_base64(reader->cases->arena, text + prefix, size - prefix,
					      data);
		return *length == SIZE_MAX ? invalid(reader, key, "this is no base64 text") : 0;
	}
	*length = opn_bytes_of_hex(reader->cases->arena, text, size, data);
	if (*length == SIZE_MAX)
		return invalid(reader, key,
			       "this is no hexadecimal text; base64 begins with 'base64:'");
	return 0;
}

static int read_packet(struct reader *reader, const char *key, json_t *value,
		       struct opn_packet *out)
{
	uint8_t *data = NULL;
	size_t length = 0;
	int err;

	if (json_is_string(value))
		err = read_text(reader, key, value, &data, &length);
	else if (json_is_array(value))
		err = read_list(reader, key, value, &data, &length);
	else
		return invalid(reader, key, "it is neither text nor a list of bytes");
	if (err)
		return err;
	if (!length || length > OPN_PACKET_MAX)
		return invalid(reader, key, "%zu bytes; 1 to %d are possible", length,
			       OPN_PACKET_MAX);
	return opn_cases_copy(reader->cases, out, data, length) ? 0 : -E2BIG;
}

static int read_verdict(struct reader *reader, json_t *value, struct opn_case *out)
{
	out->has_verdict = true;
	if (json_is_integer(value)) {
		json_int_t number = json_integer_value(value);

		if (number < INT32_MIN || number > UINT32_MAX)
			return invalid(reader, "verdict", "it has more than 32 bits");
		out->verdict = (uint32_t)number;
		return 0;
	}
	if (!json_is_string(value))
		return invalid(reader, "verdict", "it is neither a number nor a name");
	if (opn_verdict_find(&reader->cases->verdicts, json_string_value(value), &out->verdict))
		return 0;
	return invalid(reader, "verdict", "the first program's hook has no verdict '%.64s'",
		       json_string_value(value));
}

static int read_case(struct reader *reader, json_t *value)
{
	static const char *const keys[] = { "name", "packet", "verdict", "output", NULL };
	json_t *name = json_object_get(value, "name"), *packet = json_object_get(value, "packet");
	json_t *verdict = json_object_get(value, "verdict");
	json_t *output = json_object_get(value, "output");
	struct opn_case *new;
	char number[32];
	int err;

	if (!json_is_object(value))
		return invalid(reader, NULL, "it is no object");
	err = check_keys(reader, value, keys);
	if (err)
		return err;
	if (name && !json_is_string(name))
		return invalid(reader, "name", "it is no text");
	if (!packet)
		return invalid(reader, "packet", "it is missing");
	snprintf(number, sizeof(number), "case %zu", reader->index);
	new = opn_cases_add(reader->cases,
			    opn_arena_printf(reader->cases->arena, "%s: %s",
					     opn_path_basename(reader->path),
					     name ? json_string_value(name) : number));
	if (!new)
		return -E2BIG;
	err = read_packet(reader, "packet", packet, &new->packet);
	if (!err && verdict)
		err = read_verdict(reader, verdict, new);
	if (!err && output) {
		new->has_output = true;
		err = read_packet(reader, "output", output, &new->output);
	}
	return err;
}

static int read_document(struct reader *reader, json_t *root)
{
	static const char *const keys[] = { "cases", NULL };
	struct opn_loc place = { reader->path, 0, 0, 0 };
	json_t *list = json_object_get(root, "cases");
	int err;

	if (!json_is_object(root))
		return opn_diag(reader->diags, OPN_DIAG_CASES_INVALID, place, reader->path,
				"the document is no object");
	err = check_keys(reader, root, keys);
	if (err)
		return err;
	if (!list)
		return opn_diag(reader->diags, OPN_DIAG_KEY_MISSING, place, "cases");
	if (!json_is_array(list))
		return opn_diag(reader->diags, OPN_DIAG_VALUE_INVALID, place, "cases",
				"it is no list");
	if (!json_array_size(list))
		return opn_diag(reader->diags, OPN_DIAG_CASES_NONE, OPN_NOWHERE, reader->path);
	for (reader->index = 0; reader->index < json_array_size(list); reader->index++) {
		err = read_case(reader, json_array_get(list, reader->index));
		if (err)
			return err;
	}
	return 0;
}

int opn_cases_read_json(struct opn_cases *cases, const char *path, struct opn_diags *diags)
{
	struct reader reader = { cases, path, diags, 0 };
	size_t length, before = cases->count;
	json_error_t error;
	json_t *root;
	char *text;
	int err = opn_file_read(path, FILE_MAX, &text, &length);

	if (err) {
		opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path, strerror(-err));
		return err;
	}
	root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	free(text);
	if (!root) {
		struct opn_loc place = { path, error.line > 0 ? (unsigned int)error.line : 0,
					 error.column > 0 ? (unsigned int)error.column : 0, 1 };

		return opn_diag(diags, OPN_DIAG_CASES_INVALID, place, path, error.text);
	}
	err = read_document(&reader, root);
	json_decref(root);
	if (err == -E2BIG)
		err = opn_diag(diags, OPN_DIAG_CASES_INVALID, OPN_NOWHERE, path,
			       "its cases are more than one run takes");
	if (err)
		cases->count = before;
	return err;
}
