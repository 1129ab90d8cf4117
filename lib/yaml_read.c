// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * yaml_read.c - reading YAML strictly
 *
 * Nodes keep their marks, so that what a table's reader finds wrong is shown where it stands.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "yaml_read.h"

/* What is written by hand is never near these. Without them libyaml's work grows with the square of
 * how deep a text is nested and how many anchors it has, ours with that of the keys of a mapping.
 */
enum { YAML_LIMIT = 1024 * 1024, DEPTH_LIMIT = 64, VALUE_LIMIT = 20000 };

/* libyaml counts lines and characters from 0, a place counts lines and bytes from 1. */
static struct opn_loc mark_loc(const struct opn_yaml *yaml, const yaml_mark_t *mark)
{
	struct opn_loc loc = { yaml->file, (unsigned int)mark->line + 1,
			       (unsigned int)mark->column + 1, 1 };
	const char *line = yaml->text, *end = yaml->text + yaml->length;
	size_t bytes = 0, length;

	for (size_t i = 0; i < mark->line; i++) {
		line = memchr(line, '\n', (size_t)(end - line));
		if (!line)
			return loc;
		line++;
	}
	for (size_t i = 0; i < mark->column && line + bytes < end; i++, bytes += length) {
		length = opn_utf8_length(line + bytes, (size_t)(end - line) - bytes);
		if (!length)
			return loc;
	}
	loc.column = (unsigned int)bytes + 1;
	return loc;
}

static int report_parser(const yaml_parser_t *parser, const struct opn_yaml *yaml)
{
	struct opn_loc loc = { .file = yaml->file };

	/* reader errors know no mark */
	if (parser->error == YAML_SCANNER_ERROR || parser->error == YAML_PARSER_ERROR ||
	    parser->error == YAML_COMPOSER_ERROR)
		loc = mark_loc(yaml, &parser->problem_mark);
	opn_diag(yaml->diags, OPN_DIAG_YAML_INVALID, loc,
		 parser->problem ? parser->problem : strerror(ENOMEM));
	if (parser->context)
		opn_diag_note(yaml->diags, mark_loc(yaml, &parser->context_mark), "%s",
			      parser->context);
	return -EINVAL;
}

/* Whether there is nothing behind the document that was read. */
static int check_end(yaml_parser_t *parser, const struct opn_yaml *yaml)
{
	yaml_document_t second;
	yaml_node_t *root;
	int error = 0;

	if (!yaml_parser_load(parser, &second))
		return report_parser(parser, yaml);
	root = yaml_document_get_root_node(&second);
	if (root)
		error = opn_diag(yaml->diags, OPN_DIAG_YAML_INVALID, opn_yaml_loc(yaml, root),
				 "a second document begins here");
	yaml_document_delete(&second);
	return error;
}

/* Whether the text is within the limits. What is no YAML is left to who reads it. */
static int check_limits(const struct opn_yaml *yaml)
{
	size_t depth = 0, values = 0;
	const char *why = NULL;
	yaml_parser_t parser;
	bool ends = false;

	if (!yaml_parser_initialize(&parser))
		return opn_diag(yaml->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, yaml->file,
				strerror(ENOMEM));
	yaml_parser_set_input_string(&parser, (const unsigned char *)yaml->text, yaml->length);
	while (!ends && !why) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event))
			break;
		ends = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_SEQUENCE_START_EVENT ||
		    event.type == YAML_MAPPING_START_EVENT)
			why = ++depth > DEPTH_LIMIT ? "it is nested deeper than 64 levels" : NULL;
		else if (event.type == YAML_SEQUENCE_END_EVENT ||
			 event.type == YAML_MAPPING_END_EVENT)
			depth--;
		else if (++values > VALUE_LIMIT)
			why = "it has more than 20000 values";
		if (why)
			opn_diag(yaml->diags, OPN_DIAG_YAML_INVALID,
				 mark_loc(yaml, &event.start_mark), why);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return why ? -EINVAL : 0;
}

static int parse(struct opn_yaml *out)
{
	yaml_parser_t parser;
	yaml_node_t *root;
	int error = check_limits(out);

	if (error)
		return error;
	if (!yaml_parser_initialize(&parser))
		return opn_diag(out->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, out->file,
				strerror(ENOMEM));
	yaml_parser_set_input_string(&parser, (const unsigned char *)out->text, out->length);
	if (!yaml_parser_load(&parser, &out->document)) {
		error = report_parser(&parser, out);
		yaml_parser_delete(&parser);
		return error;
	}
	root = yaml_document_get_root_node(&out->document);
	if (!root || root->type != YAML_MAPPING_NODE)
		error = opn_diag(out->diags, OPN_DIAG_YAML_INVALID,
				 root ? opn_yaml_loc(out, root)
				      : (struct opn_loc){ .file = out->file },
				 "the document is no mapping");
	else
		error = check_end(&parser, out);
	yaml_parser_delete(&parser);
	if (error)
		yaml_document_delete(&out->document);
	return error;
}

int opn_yaml_load(const char *path, struct opn_arena *arena, struct opn_diags *diags,
		  struct opn_yaml *out)
{
	int error;

	*out = (struct opn_yaml){ .arena = arena, .diags = diags };
	out->file = opn_arena_strdup(arena, path);
	error = out->file ? opn_file_read(path, YAML_LIMIT, &out->text, &out->length) : -ENOMEM;
	if (error)
		return opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path,
				strerror(-error));
	error = parse(out);
	if (error) {
		free(out->text);
		out->text = NULL;
	}
	return error;
}

void opn_yaml_free(struct opn_yaml *yaml)
{
	yaml_document_delete(&yaml->document);
	free(yaml->text);
}

yaml_node_t *opn_yaml_root(struct opn_yaml *yaml)
{
	return yaml_document_get_root_node(&yaml->document);
}

struct opn_loc opn_yaml_loc(const struct opn_yaml *yaml, const yaml_node_t *node)
{
	struct opn_loc loc = mark_loc(yaml, &node->start_mark);

	if (node->type == YAML_SCALAR_NODE && node->end_mark.line == node->start_mark.line)
		loc.length = mark_loc(yaml, &node->end_mark).column - loc.column;
	loc.length = MAX(loc.length, 1u);
	return loc;
}

const char *opn_yaml_scalar(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

int opn_yaml_invalid(struct opn_yaml *yaml, const yaml_node_t *node, const char *what,
		     const char *format, ...)
{
	struct opn_buf text = { 0 };
	va_list arguments;
	int error;

	va_start(arguments, format);
	opn_buf_vprintf(&text, format, arguments);
	va_end(arguments);
	error = opn_diag(yaml->diags, OPN_DIAG_VALUE_INVALID, opn_yaml_loc(yaml, node), what,
			 text.failed ? format : text.data);
	opn_buf_free(&text);
	return error;
}

int opn_yaml_text(struct opn_yaml *yaml, const yaml_node_t *node, const char *what,
		  const char **out)
{
	if (node->type == YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, what,
					"expected a word; a colon and a blank in it make it a "
					"mapping: leave the blank out, or put it in quotes");
	if (node->type != YAML_SCALAR_NODE || !*opn_yaml_scalar(node))
		return opn_yaml_invalid(yaml, node, what, "expected a word");
	*out = opn_arena_strdup(yaml->arena, opn_yaml_scalar(node));
	return *out ? 0 : opn_yaml_no_memory(yaml);
}

/* ---- mappings ---- */

size_t opn_yaml_count(const yaml_node_t *node)
{
	if (node->type == YAML_MAPPING_NODE)
		return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
	if (node->type == YAML_SEQUENCE_NODE)
		return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	return 0;
}

yaml_node_t *opn_yaml_item(struct opn_yaml *yaml, const yaml_node_t *list, size_t index)
{
	return yaml_document_get_node(&yaml->document, list->data.sequence.items.start[index]);
}

yaml_node_t *opn_yaml_key(struct opn_yaml *yaml, const yaml_node_t *mapping, size_t index)
{
	return yaml_document_get_node(&yaml->document,
				      mapping->data.mapping.pairs.start[index].key);
}

yaml_node_t *opn_yaml_value(struct opn_yaml *yaml, const yaml_node_t *mapping, size_t index)
{
	return yaml_document_get_node(&yaml->document,
				      mapping->data.mapping.pairs.start[index].value);
}

static bool is_key(const yaml_node_t *node, const char *key)
{
	/* libyaml allows a NUL inside a quoted scalar */
	return node->type == YAML_SCALAR_NODE && node->data.scalar.length == strlen(key) &&
	       !memcmp(node->data.scalar.value, key, strlen(key));
}

yaml_node_t *opn_yaml_get(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key)
{
	for (size_t i = 0; i < opn_yaml_count(mapping); i++) {
		if (is_key(opn_yaml_key(yaml, mapping, i), key))
			return opn_yaml_value(yaml, mapping, i);
	}
	return NULL;
}

static int report_unknown(struct opn_yaml *yaml, const yaml_node_t *key, const char *const *keys)
{
	const char *near = opn_suggest(opn_yaml_scalar(key), keys);
	struct opn_buf hint = { 0 };
	int error;

	if (near)
		opn_buf_printf(&hint, "; did you mean '%s'?", near);
	error = opn_diag(yaml->diags, OPN_DIAG_KEY_UNKNOWN, opn_yaml_loc(yaml, key),
			 opn_yaml_scalar(key), near && !hint.failed ? hint.data : "");
	opn_buf_free(&hint);
	return error;
}

/* keys: NULL when any key is allowed. */
static int check_key(struct opn_yaml *yaml, yaml_node_t *mapping, size_t index,
		     const char *const *keys)
{
	yaml_node_t *key = opn_yaml_key(yaml, mapping, index);
	bool known = !keys;

	if (key->type != YAML_SCALAR_NODE)
		return opn_yaml_invalid(yaml, key, "key", "expected text");
	for (size_t i = 0; i < index; i++) {
		yaml_node_t *other = opn_yaml_key(yaml, mapping, i);

		if (!is_key(other, opn_yaml_scalar(key)))
			continue;
		opn_yaml_invalid(yaml, key, opn_yaml_scalar(key), "the key is given twice");
		opn_diag_note(yaml->diags, opn_yaml_loc(yaml, other), "first given here");
		return -EINVAL;
	}
	for (size_t i = 0; !known && keys[i]; i++)
		known = is_key(key, keys[i]);
	return known ? 0 : report_unknown(yaml, key, keys);
}

int opn_yaml_check_keys(struct opn_yaml *yaml, yaml_node_t *mapping, const char *const *keys)
{
	int error = 0;

	for (size_t i = 0; i < opn_yaml_count(mapping); i++) {
		if (check_key(yaml, mapping, i, keys))
			error = -EINVAL;
	}
	return error;
}

/* ---- values ---- */

/* The value of a key in *out, or NULL with 0 when it may be missing. */
static int find(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key, bool required,
		yaml_node_t **out)
{
	*out = opn_yaml_get(yaml, mapping, key);
	if (*out || !required)
		return 0;
	return opn_diag(yaml->diags, OPN_DIAG_KEY_MISSING, opn_yaml_loc(yaml, mapping), key);
}

static bool is_word(const yaml_node_t *node, const char *const *words)
{
	for (; *words; words++) {
		if (is_key(node, *words))
			return true;
	}
	return false;
}

/* Whether an unquoted scalar stands for something else than text. */
static bool is_plain_value(const yaml_node_t *node)
{
	static const char *const words[] = { "", "~", "null", "true", "false", NULL };
	char *end;

	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	if (is_word(node, words))
		return true;
	strtod(opn_yaml_scalar(node), &end);
	return !*end;
}

int opn_yaml_get_string(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key, bool required,
			const char **out)
{
	yaml_node_t *node;
	int error = find(yaml, mapping, key, required, &node);

	if (error || !node)
		return error;
	if (node->type != YAML_SCALAR_NODE || is_plain_value(node))
		return opn_yaml_invalid(yaml, node, key, "expected text");
	if (strlen(opn_yaml_scalar(node)) != node->data.scalar.length || !node->data.scalar.length)
		return opn_yaml_invalid(yaml, node, key, "expected text that is not empty");
	*out = opn_arena_strdup(yaml->arena, opn_yaml_scalar(node));
	return *out ? 0 : opn_yaml_invalid(yaml, node, key, "%s", strerror(ENOMEM));
}

int opn_yaml_get_bool(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key, bool required,
		      bool *out)
{
	static const char *const words[] = { "true", "false", NULL };
	yaml_node_t *node;
	int error = find(yaml, mapping, key, required, &node);

	if (error || !node)
		return error;
	if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE ||
	    !is_word(node, words))
		return opn_yaml_invalid(yaml, node, key, "expected true or false");
	*out = is_key(node, "true");
	return 0;
}

int opn_yaml_get_unsigned(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
			  bool required, unsigned int *out)
{
	yaml_node_t *node;
	int error = find(yaml, mapping, key, required, &node);
	const char *text;
	unsigned long number;
	char *end;

	if (error || !node)
		return error;
	text = node->type == YAML_SCALAR_NODE ? opn_yaml_scalar(node) : "";
	errno = 0;
	number = strtoul(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	if (text[0] < '0' || text[0] > '9' || *end || errno || number > UINT32_MAX ||
	    node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return opn_yaml_invalid(yaml, node, key, "expected a number from 0");
	*out = (unsigned int)number;
	return 0;
}

int opn_yaml_word(struct opn_yaml *yaml, const yaml_node_t *node, const char *what,
		  const char *const *words, unsigned int *out)
{
	const char *text = node && node->type == YAML_SCALAR_NODE ? opn_yaml_scalar(node) : "";
	const char *near;

	for (*out = 0; words[*out]; ++*out) {
		if (!strcmp(words[*out], text))
			return 0;
	}
	*out = 0;
	near = opn_suggest(text, words);
	return near ? opn_yaml_invalid(yaml, node, what,
				       "'%s' is no known word; did you mean '%s'?", text, near)
		    : opn_yaml_invalid(yaml, node, what, "'%s' is no known word", text);
}

int opn_yaml_get_word(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
		      const char *const *words, unsigned int *out)
{
	const char *text;
	int error = opn_yaml_get_string(yaml, mapping, key, true, &text);

	return error ?: opn_yaml_word(yaml, opn_yaml_get(yaml, mapping, key), key, words, out);
}

int opn_yaml_no_memory(struct opn_yaml *yaml)
{
	return opn_diag(yaml->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, yaml->file,
			strerror(ENOMEM));
}

int opn_yaml_get_list(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key, bool required,
		      yaml_node_t **out)
{
	yaml_node_t *node;
	int error = find(yaml, mapping, key, required, &node);

	if (error || !node)
		return error;
	if (node->type != YAML_SEQUENCE_NODE)
		return opn_yaml_invalid(yaml, node, key, "expected a list");
	*out = node;
	return 0;
}

int opn_yaml_get_mapping(struct opn_yaml *yaml, yaml_node_t *mapping, const char *key,
			 bool required, yaml_node_t **out)
{
	yaml_node_t *node;
	int error = find(yaml, mapping, key, required, &node);

	if (error || !node)
		return error;
	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, key, "expected a mapping");
	*out = node;
	return 0;
}
