// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * json.c - making JSON from text that may not be UTF-8
 *
 * See json.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "json.h"

json_t *opn_json_string(const char *text)
{
	struct opn_buf buf = { 0 };
	size_t left, length;
	json_t *value;

	if (!text)
		return json_null();
	value = json_string(text);
	if (value)
		return value;
	for (left = strlen(text); left; text += length, left -= length) {
		length = opn_utf8_length(text, left);
		if (length) {
			opn_buf_add(&buf, text, length);
		} else {
			opn_buf_puts(&buf, "\xef\xbf\xbd");
			length = 1;
		}
	}
	value = buf.failed ? NULL : json_stringn(buf.data, buf.length);
	opn_buf_free(&buf);
	return value;
}

json_t *opn_json_strings(const char *const *list)
{
	json_t *array = json_array();

	for (; list && *list; list++)
		array = opn_json_append(array, opn_json_string(*list));
	return array;
}

json_t *opn_json_set(json_t *object, const char *key, json_t *value)
{
	if (!object || !value) {
		json_decref(object);
		json_decref(value);
		return NULL;
	}
	/* takes value over, also when it fails */
	if (json_object_set_new(object, key, value)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *opn_json_append(json_t *array, json_t *value)
{
	if (!array || !value) {
		json_decref(array);
		json_decref(value);
		return NULL;
	}
	if (json_array_append_new(array, value)) {
		json_decref(array);
		return NULL;
	}
	return array;
}

char *opn_json_text(json_t *value)
{
	struct opn_buf buf = { 0 };
	char *text = value ? json_dumps(value, JSON_INDENT(2)) : NULL;

	json_decref(value);
	if (!text)
		return NULL;
	opn_buf_puts(&buf, text);
	opn_buf_putc(&buf, '\n');
	free(text);
	return opn_buf_take(&buf);
}
