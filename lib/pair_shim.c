// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * pair_shim.c - a pair's shim header with the user's choices
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "output.h"
#include "pair.h"

/* Behind the include guard's "#ifndef X" and "#define X", or where the second line is. Between
 * them and the guard the choices would make it a condition like any other. */
static const char *behind_guard(const char *text, const char *second)
{
	const char *test = strstr(text, "\n#ifndef "), *name, *next;
	size_t length;

	if (!test)
		return second;
	name = test + strlen("\n#ifndef ");
	length = strcspn(name, " \n");
	next = strchr(name, '\n');
	if (!next || strncmp(next, "\n#define ", strlen("\n#define ")))
		return second;
	next += strlen("\n#define ");
	if (strncmp(next, name, length) || next[length] != '\n')
		return second;
	return next + length + 1;
}

int opn_pair_shim(const struct opn_pair *pair, const char *shims,
		  const struct opn_pair_choice *choices, size_t count, struct opn_diags *diags,
		  char **out)
{
	struct opn_buf path = { 0 }, buf = { 0 };
	const char *second, *inside;
	size_t length;
	char *text;
	int error;

	*out = NULL;
	opn_buf_printf(&path, "%s/%s", shims, pair->shim);
	error = path.failed ? -ENOMEM : opn_file_read(path.data, 0, &text, &length);
	if (error) {
		opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE,
			 path.failed ? pair->shim : path.data, strerror(-error));
		opn_buf_free(&path);
		return error;
	}
	/* The licence stays the first line. */
	second = strchr(text, '\n');
	second = second ? second + 1 : text;
	inside = behind_guard(text, second);
	opn_buf_add(&buf, text, (size_t)(second - text));
	opn_buf_puts(&buf,
		     "/* " OPN_OUTPUT_REWRITTEN ", with the choices that it defines first */\n");
	opn_buf_add(&buf, second, (size_t)(inside - second));
	for (size_t i = 0; i < pair->option_count; i++) {
		const struct opn_pair_option *option = &pair->options[i];

		opn_buf_printf(
			&buf, "#define %s %s\n", option->define,
			opn_pair_option_value(option, opn_pair_word(option, choices, count)));
	}
	opn_buf_puts(&buf, inside);
	free(text);
	opn_buf_free(&path);
	*out = opn_buf_take(&buf);
	return *out ? 0 : -ENOMEM;
}
