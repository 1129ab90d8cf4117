// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * spec_answer.c - putting an answer into a spec that people write
 *
 * libyaml tells where a mapping or list begins; the answer becomes its first element, in the style
 * that stands there, and no other byte changes. Whether it is YAML again, and says what it should,
 * is read back before the file is replaced.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/spec.h"
#include "yaml_read.h"

void opn_spec_quote(struct opn_buf *buf, const char *word)
{
	opn_buf_putc(buf, '"');
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			opn_buf_putc(buf, '\\');
		if ((unsigned char)*word < ' ')
			opn_buf_printf(buf, "\\x%02x", (unsigned char)*word);
		else
			opn_buf_putc(buf, *word);
	}
	opn_buf_putc(buf, '"');
}

/* A word as it stands in YAML: quoted unless it is plainly a word. */
static void add_word(struct opn_buf *buf, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_./-";
	size_t length = strlen(word);

	if (length && word[0] != '-' && word[0] != '.' &&
	    strspn(word, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_./-") ==
		    length &&
	    strchr(plain, word[0])) {
		opn_buf_puts(buf, word);
		return;
	}
	opn_spec_quote(buf, word);
}

/* "helper: a.c" or "counters": the new element alone. */
static void add_element(struct opn_buf *buf, const struct opn_spec_answer *answer)
{
	if (answer->name) {
		add_word(buf, answer->name);
		opn_buf_puts(buf, ": ");
	}
	add_word(buf, answer->value);
}

/* "resolve: {helper: a.c}" */
static void add_entry(struct opn_buf *buf, const struct opn_spec_answer *answer)
{
	opn_buf_printf(buf, "%s: %c", answer->key, answer->name ? '{' : '[');
	add_element(buf, answer);
	opn_buf_putc(buf, answer->name ? '}' : ']');
}

char *opn_spec_answer_yaml(const struct opn_spec_answer *answer, struct opn_arena *arena)
{
	struct opn_buf buf = { 0 };
	char *text, *copy;

	add_entry(&buf, answer);
	text = opn_buf_take(&buf);
	copy = opn_arena_strdup(arena, text);
	free(text);
	return copy;
}

/* libyaml counts characters, a file has bytes. */
static size_t offset_of(const struct opn_yaml *yaml, yaml_mark_t mark)
{
	const char *at = yaml->text, *end = yaml->text + yaml->length;

	for (size_t line = 0; line < mark.line && at < end; line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline ? newline + 1 : end;
	}
	for (size_t column = 0; column < mark.column && at < end; column++)
		at += opn_utf8_length(at, (size_t)(end - at)) ?: 1;
	return (size_t)(at - yaml->text);
}

static yaml_node_t *find_unit(struct opn_yaml *yaml, const struct opn_spec_answer *answer)
{
	yaml_node_t *list = opn_yaml_get(yaml, opn_yaml_root(yaml), answer->section);

	for (size_t i = 0; list && i < opn_yaml_count(list); i++) {
		yaml_node_t *node = opn_yaml_item(yaml, list, i);
		yaml_node_t *unit =
			node->type == YAML_MAPPING_NODE ? opn_yaml_get(yaml, node, "unit") : NULL;

		if (unit && unit->type == YAML_SCALAR_NODE &&
		    !strcmp(opn_yaml_scalar(unit), answer->unit))
			return node;
	}
	return NULL;
}

/* The text with the answer in it; NULL without memory. */
static char *insert(struct opn_yaml *yaml, yaml_node_t *unit, const struct opn_spec_answer *answer,
		    size_t *length)
{
	yaml_node_t *list = opn_yaml_get(yaml, unit, answer->key);
	bool fresh = !list || !opn_yaml_count(list);
	yaml_node_t *parent = fresh ? unit : list;
	bool is_mapping = parent->type == YAML_MAPPING_NODE;
	bool is_flow = is_mapping ? parent->data.mapping.style == YAML_FLOW_MAPPING_STYLE
				  : parent->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE;
	yaml_node_t *first =
		is_mapping ? opn_yaml_key(yaml, parent, 0) : opn_yaml_item(yaml, parent, 0);
	size_t column = first->start_mark.column;
	size_t at = offset_of(yaml, first->start_mark);
	struct opn_buf buf = { 0 };

	/* An empty list gives way to the new one. */
	if (list && fresh) {
		size_t end = offset_of(yaml, list->end_mark);

		at = offset_of(yaml, list->start_mark);
		opn_buf_add(&buf, yaml->text, at);
		opn_buf_putc(&buf, answer->name ? '{' : '[');
		add_element(&buf, answer);
		opn_buf_putc(&buf, answer->name ? '}' : ']');
		opn_buf_add(&buf, yaml->text + end, yaml->length - end);
		*length = buf.length;
		return opn_buf_take(&buf);
	}
	opn_buf_add(&buf, yaml->text, at);
	if (fresh)
		add_entry(&buf, answer);
	else
		add_element(&buf, answer);
	if (is_flow) {
		opn_buf_puts(&buf, ", ");
	} else if (is_mapping) {
		opn_buf_printf(&buf, "\n%*s", (int)column, "");
	} else {
		/* "- " stands before the first element. */
		opn_buf_printf(&buf, "\n%*s- ", column < 2 ? 0 : (int)column - 2, "");
	}
	opn_buf_add(&buf, yaml->text + at, yaml->length - at);
	*length = buf.length;
	return opn_buf_take(&buf);
}

/* Whether the new text says what was answered. */
static bool says(const char *path, const char *text, size_t length,
		 const struct opn_spec_answer *answer, struct opn_arena *arena)
{
	struct opn_diags *quiet = opn_diags_new();
	char *trial = opn_arena_printf(arena, "%s" OPN_TEMPORARY_PREFIX "answer", path);
	struct opn_yaml yaml = { 0 };
	bool found = false;
	int error = quiet && trial ? opn_file_write(trial, text, length) : -ENOMEM;

	if (!error)
		error = opn_yaml_load(trial, arena, quiet, &yaml);
	if (!error) {
		yaml_node_t *unit = find_unit(&yaml, answer);
		yaml_node_t *list = unit ? opn_yaml_get(&yaml, unit, answer->key) : NULL;
		yaml_node_t *value = NULL;

		if (list && answer->name && list->type == YAML_MAPPING_NODE)
			value = opn_yaml_get(&yaml, list, answer->name);
		else if (list && !answer->name && list->type == YAML_SEQUENCE_NODE)
			value = opn_yaml_item(&yaml, list, 0);
		found = value && value->type == YAML_SCALAR_NODE &&
			!strcmp(opn_yaml_scalar(value), answer->value);
		opn_yaml_free(&yaml);
	}
	if (trial)
		remove(trial);
	opn_diags_free(quiet);
	return found;
}

int opn_spec_write_answer(const char *path, const struct opn_spec_answer *answer,
			  struct opn_arena *arena, struct opn_diags *diags)
{
	struct opn_yaml yaml;
	yaml_node_t *unit;
	char *text = NULL;
	size_t length = 0;
	int error = opn_yaml_load(path, arena, diags, &yaml);

	if (error)
		return error;
	unit = find_unit(&yaml, answer);
	if (unit)
		text = insert(&yaml, unit, answer, &length);
	if (text && says(path, text, length, answer, arena))
		error = opn_file_write(path, text, length);
	else
		error = -EINVAL;
	free(text);
	opn_yaml_free(&yaml);
	return error ? opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, path,
				error == -EINVAL ? "the answer does not fit into its text"
						 : strerror(-error))
		     : 0;
}
