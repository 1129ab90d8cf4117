// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * pair.c - the rewrite tables of pairs of hooks, read strictly
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "table_files.h"
#include "yaml_read.h"

struct entry {
	struct entry *next;
	struct opn_pair pair;
};

struct opn_pairs {
	struct opn_arena *arena;
	struct entry *entries;
	const struct opn_pair **sorted;
	size_t count;
};

/* What a row is read with: its table, whose options are read first, and the user's choices. */
struct reader {
	struct opn_yaml *yaml;
	struct opn_pair *pair;
	const struct opn_pair_choice *choices;
	size_t choice_count;
};

static const char *const row_keys[] = { "keep",	      "rename",	 "call",      "reject",
					"write",      "when",	 "lossy",     "help",
					"note",	      "by-map",	 "arguments", "invalidates",
					"min-kernel", "context", "leaves",    "beside",
					NULL };

static int no_memory(struct opn_yaml *yaml)
{
	return opn_diag(yaml->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, yaml->file,
			strerror(ENOMEM));
}

static int read_rows(const struct reader *reader, yaml_node_t *mapping, struct opn_rows *out);

/* ---- a row ---- */

static int read_limit(struct opn_yaml *yaml, yaml_node_t *node, struct opn_row_limit *out)
{
	static const char *const keys[] = { "argument", "mask", "reject", "help", NULL };
	unsigned int mask = 0;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, "arguments",
					"expected {argument: ..., mask: ..., reject: ...}");
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_unsigned(yaml, node, "argument", true, &out->argument) ?: error;
	error = opn_yaml_get_unsigned(yaml, node, "mask", true, &mask) ?: error;
	error = opn_yaml_get_string(yaml, node, "reject", true, &out->reject) ?: error;
	error = opn_yaml_get_string(yaml, node, "help", false, &out->help) ?: error;
	if (!error && !out->argument)
		error = opn_yaml_invalid(yaml, node, "argument", "arguments count from 1");
	out->mask = mask;
	return error;
}

static int read_limits(struct opn_yaml *yaml, yaml_node_t *list, struct opn_row *row)
{
	struct opn_row_limit *limits;
	int error = 0;

	row->limit_count = opn_yaml_count(list);
	limits = opn_arena_array(yaml->arena, row->limit_count + 1, sizeof(*limits));
	if (!limits)
		return no_memory(yaml);
	for (size_t i = 0; i < row->limit_count; i++)
		error = read_limit(yaml, opn_yaml_item(yaml, list, i), &limits[i]) ?: error;
	row->limits = limits;
	return error;
}

static int read_by_map(const struct reader *reader, yaml_node_t *node, struct opn_row *row)
{
	static const char *const keys[] = { "argument", "types", NULL };
	struct opn_yaml *yaml = reader->yaml;
	yaml_node_t *types = NULL;
	struct opn_rows rows = { 0 };
	int error = opn_yaml_check_keys(yaml, node, keys);

	error = opn_yaml_get_unsigned(yaml, node, "argument", true, &row->map_argument) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "types", true, &types) ?: error;
	if (error)
		return error;
	if (!row->map_argument)
		return opn_yaml_invalid(yaml, node, "argument", "arguments count from 1");
	error = read_rows(reader, types, &rows);
	row->rows = rows.row;
	row->row_count = rows.count;
	return error;
}

/* ---- conditions ---- */

/* One of the choices that settle a condition: all of its words must be chosen. */
static int read_settled(const struct reader *reader, yaml_node_t *node, bool *is_settled)
{
	struct opn_yaml *yaml = reader->yaml;
	bool all = true;
	int error = 0;

	if (node->type != YAML_MAPPING_NODE || !opn_yaml_count(node))
		return opn_yaml_invalid(yaml, node, "unless", "expected [{OPTION: WORD}, ...]");
	error = opn_yaml_check_keys(yaml, node, NULL);
	for (size_t i = 0; i < opn_yaml_count(node); i++) {
		yaml_node_t *key = opn_yaml_key(yaml, node, i);
		const char *name = opn_yaml_scalar(key), *word = NULL;
		const struct opn_pair_option *option = opn_pair_option(reader->pair, name);

		error = opn_yaml_get_string(yaml, node, name, true, &word) ?: error;
		if (!option)
			error = opn_yaml_invalid(yaml, key, name, "no option of this table");
		else if (word && !opn_pair_option_value(option, word))
			error = opn_yaml_invalid(yaml, opn_yaml_value(yaml, node, i), word,
						 "it is not among the values of '%s'", name);
		else if (word)
			all &= !strcmp(
				word, opn_pair_word(option, reader->choices, reader->choice_count));
	}
	*is_settled |= !error && all;
	return error;
}

/* A text, or {text: ..., unless: [...]}: what is left of it into when. */
static int read_condition(const struct reader *reader, yaml_node_t *node, struct opn_buf *when)
{
	static const char *const keys[] = { "text", "unless", NULL };
	struct opn_yaml *yaml = reader->yaml;
	const char *text = NULL;
	yaml_node_t *unless = NULL;
	bool is_settled = false;
	int error = 0;

	if (node->type == YAML_SCALAR_NODE) {
		text = opn_yaml_scalar(node);
	} else if (node->type == YAML_MAPPING_NODE) {
		error = opn_yaml_check_keys(yaml, node, keys);
		error = opn_yaml_get_string(yaml, node, "text", true, &text) ?: error;
		error = opn_yaml_get_list(yaml, node, "unless", true, &unless) ?: error;
	}
	if (!error && (!text || !*text))
		return opn_yaml_invalid(yaml, node, "when",
					"expected a text, or {text: ..., unless: ...}");
	for (size_t i = 0; unless && !error && i < opn_yaml_count(unless); i++)
		error = read_settled(reader, opn_yaml_item(yaml, unless, i), &is_settled);
	if (!error && !is_settled)
		opn_buf_printf(when, "%s%s", when->length ? "; " : "", text);
	return error;
}

static int read_when(const struct reader *reader, yaml_node_t *row_node, struct opn_row *row)
{
	struct opn_yaml *yaml = reader->yaml;
	yaml_node_t *node = opn_yaml_get(yaml, row_node, "when");
	struct opn_buf when = { 0 };
	int error = 0;

	if (!node || node->type != YAML_SEQUENCE_NODE)
		return opn_yaml_get_string(yaml, row_node, "when", false, &row->when);
	for (size_t i = 0; i < opn_yaml_count(node); i++)
		error = read_condition(reader, opn_yaml_item(yaml, node, i), &when) ?: error;
	if (when.length)
		row->when = opn_arena_strdup(yaml->arena, when.data);
	if (when.failed || (when.length && !row->when))
		error = no_memory(yaml);
	opn_buf_free(&when);
	return error;
}

/* ---- what a row does ---- */

/* The one thing that the row does. */
static int read_action(const struct reader *reader, yaml_node_t *node, struct opn_row *row)
{
	struct opn_yaml *yaml = reader->yaml;
	static const struct {
		const char *key;
		enum opn_row_action action;
	} actions[] = { { "rename", OPN_ROW_RENAME },
			{ "call", OPN_ROW_CALL },
			{ "reject", OPN_ROW_REJECT } };
	yaml_node_t *by_map = NULL;
	bool keep = false;
	int count = 0;
	int error = opn_yaml_get_bool(yaml, node, "keep", false, &keep);

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		const char *text = NULL;

		error = opn_yaml_get_string(yaml, node, actions[i].key, false, &text) ?: error;
		if (!text)
			continue;
		row->action = actions[i].action;
		row->text = text;
		count++;
	}
	error = opn_yaml_get_mapping(yaml, node, "by-map", false, &by_map) ?: error;
	if (by_map) {
		row->action = OPN_ROW_BY_MAP;
		error = read_by_map(reader, by_map, row) ?: error;
		count++;
	}
	if (!error && count + keep != 1)
		return opn_yaml_invalid(yaml, node, row->name,
					"expected one of keep, rename, call, reject and by-map");
	return error;
}

static int read_row(const struct reader *reader, yaml_node_t *node, const char *name,
		    struct opn_row *row)
{
	struct opn_yaml *yaml = reader->yaml;
	yaml_node_t *limits = NULL, *write = NULL;
	struct opn_row *store;
	int error;

	row->name = opn_arena_strdup(yaml->arena, name);
	if (!row->name)
		return no_memory(yaml);
	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, name, "expected a mapping");
	error = opn_yaml_check_keys(yaml, node, row_keys);
	error = read_action(reader, node, row) ?: error;
	error = read_when(reader, node, row) ?: error;
	error = opn_yaml_get_string(yaml, node, "lossy", false, &row->lossy) ?: error;
	error = opn_yaml_get_string(yaml, node, "help", false, &row->help) ?: error;
	error = opn_yaml_get_string(yaml, node, "note", false, &row->note) ?: error;
	error = opn_yaml_get_string(yaml, node, "min-kernel", false, &row->min_kernel) ?: error;
	error = opn_yaml_get_string(yaml, node, "beside", false, &row->beside) ?: error;
	error = opn_yaml_get_bool(yaml, node, "invalidates", false, &row->invalidates) ?: error;
	error = opn_yaml_get_bool(yaml, node, "leaves", false, &row->leaves) ?: error;
	error = opn_yaml_get_bool(yaml, node, "context", false, &row->context) ?: error;
	if (!error && row->context && row->action != OPN_ROW_CALL)
		error = opn_yaml_invalid(yaml, node, row->name,
					 "'context' is for rows with 'call'");
	error = opn_yaml_get_list(yaml, node, "arguments", false, &limits) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "write", false, &write) ?: error;
	if (error)
		return error;
	if (limits)
		error = read_limits(yaml, limits, row);
	if (!write)
		return error;
	store = opn_arena_alloc(yaml->arena, sizeof(*store));
	if (!store)
		return no_memory(yaml);
	row->write = store;
	return read_row(reader, write, name, store) ?: error;
}

static int read_rows(const struct reader *reader, yaml_node_t *mapping, struct opn_rows *out)
{
	struct opn_yaml *yaml = reader->yaml;
	struct opn_row *rows;
	int error = opn_yaml_check_keys(yaml, mapping, NULL);

	out->count = opn_yaml_count(mapping);
	rows = opn_arena_array(yaml->arena, out->count + 1, sizeof(*rows));
	if (!rows)
		return no_memory(yaml);
	for (size_t i = 0; i < out->count; i++)
		error = read_row(reader, opn_yaml_value(yaml, mapping, i),
				 opn_yaml_scalar(opn_yaml_key(yaml, mapping, i)), &rows[i])
				?: error;
	out->row = rows;
	return error;
}

static int read_group(const struct reader *reader, yaml_node_t *rewrite, const char *key,
		      struct opn_rows *out)
{
	yaml_node_t *mapping = NULL;
	int error = opn_yaml_get_mapping(reader->yaml, rewrite, key, false, &mapping);

	return error || !mapping ? error : read_rows(reader, mapping, out);
}

/* ---- options ---- */

static int read_option(struct opn_yaml *yaml, yaml_node_t *node, struct opn_pair_option *out)
{
	static const char *const keys[] = { "define",	"default", "values", "why",
					    "test-run", "section", NULL };
	static const char *const section_keys[] = { "with", "is", NULL };
	yaml_node_t *values = NULL, *section = NULL;
	const char **words, **numbers;
	size_t count;
	int error;

	if (node->type != YAML_MAPPING_NODE)
		return opn_yaml_invalid(yaml, node, out->name, "expected a mapping");
	error = opn_yaml_check_keys(yaml, node, keys);
	error = opn_yaml_get_string(yaml, node, "define", true, &out->define) ?: error;
	error = opn_yaml_get_string(yaml, node, "default", true, &out->initial) ?: error;
	error = opn_yaml_get_string(yaml, node, "why", true, &out->why) ?: error;
	error = opn_yaml_get_string(yaml, node, "test-run", false, &out->test_run) ?: error;
	error = opn_yaml_get_mapping(yaml, node, "section", false, &section) ?: error;
	if (section) {
		error = opn_yaml_check_keys(yaml, section, section_keys) ?: error;
		error = opn_yaml_get_string(yaml, section, "with", true, &out->section_word)
				?: error;
		error = opn_yaml_get_string(yaml, section, "is", true, &out->section) ?: error;
	}
	error = opn_yaml_get_mapping(yaml, node, "values", true, &values) ?: error;
	if (error)
		return error;
	error = opn_yaml_check_keys(yaml, values, NULL);
	count = opn_yaml_count(values);
	words = opn_arena_array(yaml->arena, count + 1, sizeof(*words));
	numbers = opn_arena_array(yaml->arena, count + 1, sizeof(*numbers));
	if (!words || !numbers)
		return no_memory(yaml);
	for (size_t i = 0; i < count; i++) {
		yaml_node_t *value = opn_yaml_value(yaml, values, i);

		if (value->type != YAML_SCALAR_NODE) {
			error = opn_yaml_invalid(yaml, value, out->name, "expected a number");
			continue;
		}
		words[i] = opn_arena_strdup(yaml->arena,
					    opn_yaml_scalar(opn_yaml_key(yaml, values, i)));
		numbers[i] = opn_arena_strdup(yaml->arena, opn_yaml_scalar(value));
		if (!words[i] || !numbers[i])
			return no_memory(yaml);
	}
	out->words = words;
	out->values = numbers;
	if (!error && !opn_pair_option_value(out, out->initial))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "default"), out->initial,
					 "it is not among the values");
	if (!error && out->test_run && !opn_pair_option_value(out, out->test_run))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, node, "test-run"), out->test_run,
					 "it is not among the values");
	return error;
}

static int read_options(struct opn_yaml *yaml, yaml_node_t *mapping, struct opn_pair *pair)
{
	struct opn_pair_option *options;
	int error = opn_yaml_check_keys(yaml, mapping, NULL);

	pair->option_count = opn_yaml_count(mapping);
	options = opn_arena_array(yaml->arena, pair->option_count + 1, sizeof(*options));
	if (!options)
		return no_memory(yaml);
	for (size_t i = 0; i < pair->option_count; i++) {
		options[i].name = opn_arena_strdup(yaml->arena,
						   opn_yaml_scalar(opn_yaml_key(yaml, mapping, i)));
		if (!options[i].name)
			return no_memory(yaml);
		error = read_option(yaml, opn_yaml_value(yaml, mapping, i), &options[i]) ?: error;
	}
	pair->options = options;
	return error;
}

/* ---- a pair ---- */

static int check_hook(struct opn_yaml *yaml, yaml_node_t *root, const char *key, const char *hook,
		      const struct opn_hookdefs *hookdefs, const char **context)
{
	*context = opn_hookdefs_context(hookdefs, hook);
	if (*context)
		return 0;
	opn_diag(yaml->diags, OPN_DIAG_HOOK_UNKNOWN,
		 opn_yaml_loc(yaml, opn_yaml_get(yaml, root, key)), hook);
	return -EINVAL;
}

static int read_rewrite(const struct reader *reader, yaml_node_t *rewrite)
{
	static const char *const keys[] = { "shim",	"context", "native",  "section",
					    "body",	"wrapper", "options", "min-kernel",
					    "sections", "fields",  "calls",   "maps",
					    "stack",	NULL };
	struct opn_yaml *yaml = reader->yaml;
	struct opn_pair *pair = reader->pair;
	yaml_node_t *options = NULL;
	int error = opn_yaml_check_keys(yaml, rewrite, keys);

	error = opn_yaml_get_string(yaml, rewrite, "shim", true, &pair->shim) ?: error;
	error = opn_yaml_get_string(yaml, rewrite, "context", true, &pair->context) ?: error;
	error = opn_yaml_get_string(yaml, rewrite, "native", false, &pair->native) ?: error;
	error = opn_yaml_get_string(yaml, rewrite, "section", true, &pair->section) ?: error;
	error = opn_yaml_get_string(yaml, rewrite, "body", true, &pair->body) ?: error;
	error = opn_yaml_get_string(yaml, rewrite, "wrapper", true, &pair->wrapper) ?: error;
	error = opn_yaml_get_string(yaml, rewrite, "min-kernel", false, &pair->min_kernel) ?: error;
	error = opn_yaml_get_unsigned(yaml, rewrite, "stack", false, &pair->stack) ?: error;
	error = opn_yaml_get_mapping(yaml, rewrite, "options", false, &options) ?: error;
	if (options)
		error = read_options(yaml, options, pair) ?: error;
	error = read_group(reader, rewrite, "sections", &pair->sections) ?: error;
	error = read_group(reader, rewrite, "fields", &pair->fields) ?: error;
	error = read_group(reader, rewrite, "calls", &pair->calls) ?: error;
	error = read_group(reader, rewrite, "maps", &pair->maps) ?: error;
	if (!error && !opn_path_contained(pair->shim))
		error = opn_yaml_invalid(yaml, opn_yaml_get(yaml, rewrite, "shim"), pair->shim,
					 "expected a file below shims/");
	return error;
}

static int read_pair(struct reader *reader, const struct opn_hookdefs *hookdefs,
		     struct opn_pairs *out)
{
	/* "verify" is the prover's. */
	static const char *const keys[] = { "schema", "from", "to", "verify", "rewrite", NULL };
	struct opn_yaml *yaml = reader->yaml;
	yaml_node_t *root = opn_yaml_root(yaml), *rewrite = NULL;
	struct entry *entry;
	int error = opn_yaml_get_mapping(yaml, root, "rewrite", false, &rewrite);

	if (error || !rewrite)
		return error;
	entry = opn_arena_alloc(out->arena, sizeof(*entry));
	if (!entry)
		return no_memory(yaml);
	error = opn_yaml_check_keys(yaml, root, keys);
	error = opn_yaml_get_string(yaml, root, "from", true, &entry->pair.from) ?: error;
	error = opn_yaml_get_string(yaml, root, "to", true, &entry->pair.to) ?: error;
	reader->pair = &entry->pair;
	error = read_rewrite(reader, rewrite) ?: error;
	if (error)
		return error;
	error = check_hook(yaml, root, "from", entry->pair.from, hookdefs,
			   &entry->pair.from_context);
	error = check_hook(yaml, root, "to", entry->pair.to, hookdefs, &entry->pair.to_context)
			?: error;
	entry->next = out->entries;
	out->entries = entry;
	out->count++;
	return error;
}

static int read_file(const char *path, const struct opn_hookdefs *hookdefs,
		     const struct opn_pair_choice *choices, size_t choice_count,
		     struct opn_diags *diags, struct opn_pairs *out)
{
	struct opn_yaml yaml;
	struct reader reader = { &yaml, NULL, choices, choice_count };
	const char *schema = NULL;
	int error = opn_yaml_load(path, out->arena, diags, &yaml);

	if (error)
		return error;
	error = opn_yaml_get_string(&yaml, opn_yaml_root(&yaml), "schema", true, &schema);
	if (!error && !strcmp(schema, "opened/pair/1"))
		error = read_pair(&reader, hookdefs, out);
	opn_yaml_free(&yaml);
	return error;
}

static int compare(const void *a, const void *b)
{
	const struct opn_pair *x = *(const struct opn_pair *const *)a;
	const struct opn_pair *y = *(const struct opn_pair *const *)b;

	return strcmp(x->from, y->from) ?: strcmp(x->to, y->to);
}

static int sort(struct opn_pairs *pairs)
{
	size_t i = 0;

	pairs->sorted = opn_arena_array(pairs->arena, pairs->count + 1, sizeof(*pairs->sorted));
	if (!pairs->sorted)
		return -ENOMEM;
	for (struct entry *entry = pairs->entries; entry; entry = entry->next) {
		pairs->sorted[i++] = &entry->pair;
		entry->pair.back = opn_pairs_find(pairs, entry->pair.to, entry->pair.from);
	}
	qsort(pairs->sorted, pairs->count, sizeof(*pairs->sorted), compare);
	return 0;
}

int opn_pairs_load(const char *dir, const struct opn_hookdefs *hookdefs,
		   const struct opn_pair_choice *choices, size_t choice_count,
		   struct opn_diags *diags, struct opn_pairs **out)
{
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_pairs *pairs = arena ? opn_arena_alloc(arena, sizeof(*pairs)) : NULL;
	const char *const *path;
	int error, bad = 0;

	if (!pairs) {
		opn_arena_free(arena);
		return -ENOMEM;
	}
	pairs->arena = arena;
	error = opn_table_files(dir, arena, &path);
	if (error)
		opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, dir, strerror(-error));
	for (; !error && *path; path++) {
		if (opn_table_is_pair(*path))
			bad = read_file(*path, hookdefs, choices, choice_count, diags, pairs)
				      ?: bad;
	}
	error = error ?: bad ?: sort(pairs);
	if (error) {
		opn_pairs_free(pairs);
		return error;
	}
	*out = pairs;
	return 0;
}

void opn_pairs_free(struct opn_pairs *pairs)
{
	if (pairs)
		opn_arena_free(pairs->arena);
}

/* ---- questions ---- */

const struct opn_pair *opn_pairs_find(const struct opn_pairs *pairs, const char *from,
				      const char *to)
{
	for (const struct entry *entry = pairs->entries; entry; entry = entry->next) {
		if (!strcmp(entry->pair.from, from) && !strcmp(entry->pair.to, to))
			return &entry->pair;
	}
	return NULL;
}

const struct opn_pair *const *opn_pairs_all(const struct opn_pairs *pairs, size_t *count)
{
	*count = pairs->count;
	return pairs->sorted;
}

const struct opn_row *opn_rows_find(const struct opn_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->count; i++) {
		if (!strcmp(rows->row[i].name, name))
			return &rows->row[i];
	}
	return NULL;
}

const struct opn_pair_option *opn_pair_option(const struct opn_pair *pair, const char *name)
{
	for (size_t i = 0; i < pair->option_count; i++) {
		if (!strcmp(pair->options[i].name, name))
			return &pair->options[i];
	}
	return NULL;
}

const char *opn_pair_option_value(const struct opn_pair_option *option, const char *word)
{
	/* none: its table was refused */
	for (size_t i = 0; option->words && option->words[i]; i++) {
		if (!strcmp(option->words[i], word))
			return option->values[i];
	}
	return NULL;
}

const char *opn_pair_word(const struct opn_pair_option *option,
			  const struct opn_pair_choice *choices, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(choices[i].name, option->name))
			return choices[i].word;
	}
	return option->initial;
}
