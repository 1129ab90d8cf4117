/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_explain.c - opened explain: what a flag or a rule means
 *
 * Nothing is told twice: a flag's text is its section of docs/diagnostics.md, a rule's that of
 * docs/rules.md, and what the tables say, with their reasons and the kernel facts they stand on.
 */
#include "opened.h"

#include <stdlib.h>
#include <string.h>

#include "table_files.h"
#include "yaml_read.h"

static const struct argp_child children[] = {
	{ &opn_cli_plain_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

struct explain_options {
	struct opn_cli cli;
	const char *word;
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct explain_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case 'W':
	case ARGP_KEY_ARG:
		if (options->word)
			argp_error(state, "one FLAG or RULE");
		options->word = arg;
		return 0;
	case ARGP_KEY_END:
		if (!options->word)
			argp_error(state, "no FLAG and no RULE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* A flag as it stands in a message. */
static const struct argp_option explain_options_table[] = {
	{ NULL, 'W', "FLAG", OPTION_HIDDEN, NULL, 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp explain_argp = {
	explain_options_table,
	parse_option,
	"FLAG|RULE",
	"Explain the flag of a diagnostic (\"opened-transform-lossy\", also with -W and [] around "
	"it) or a rule of the tables (\"fields.data\", as --explain and reports name them).\v"
	"Exit status: 0 explained, 2 nobody knows it.",
	children,
	NULL,
	NULL,
};

/* "[-Wopened-foo]" is opened-foo, and so is "foo". */
static const char *plain_flag(const char *word, struct opn_arena *arena)
{
	size_t length;

	word += *word == '[';
	word += strncmp(word, "-W", 2) ? 0 : 2;
	length = strcspn(word, "]");
	if (strncmp(word, "opened-", 7))
		return opn_arena_printf(arena, "opened-%.*s", (int)length, word);
	return opn_arena_strndup(arena, word, length);
}

static bool explain_title(const char *page, const char *title)
{
	char *section = opn_cli_section(page, title);
	bool found = section;

	if (found)
		fputs(section, stdout);
	free(section);
	return found;
}

/* The row of a dotted path: keys may have dots themselves. */
static yaml_node_t *find_row(struct opn_yaml *yaml, yaml_node_t *node, const char *path,
			     yaml_node_t **key)
{
	for (size_t i = 0; node->type == YAML_MAPPING_NODE && i < opn_yaml_count(node); i++) {
		yaml_node_t *name = opn_yaml_key(yaml, node, i), *found;
		size_t length = strlen(opn_yaml_scalar(name));

		if (strncmp(path, opn_yaml_scalar(name), length))
			continue;
		*key = name;
		if (!path[length])
			return opn_yaml_value(yaml, node, i);
		if (path[length] != '.')
			continue;
		found = find_row(yaml, opn_yaml_value(yaml, node, i), path + length + 1, key);
		if (found)
			return found;
	}
	return NULL;
}

/* The lines of a row as they stand in the table. */
static void print_row(const struct opn_yaml *yaml, const yaml_node_t *key, const yaml_node_t *value)
{
	const char *at = yaml->text;
	/* A block ends where the next one begins. */
	bool is_block = (value->type == YAML_MAPPING_NODE &&
			 value->data.mapping.style != YAML_FLOW_MAPPING_STYLE) ||
			(value->type == YAML_SEQUENCE_NODE &&
			 value->data.sequence.style != YAML_FLOW_SEQUENCE_STYLE);
	size_t line = 0, last = value->end_mark.line + !is_block;

	printf("%s:%zu\n", opn_path_basename(yaml->file), key->start_mark.line + 1);
	for (; *at; line++) {
		size_t length = strcspn(at, "\n");

		if (line >= key->start_mark.line && line < last)
			printf("%.*s\n", (int)length, at);
		at += length + (at[length] == '\n');
	}
}

static bool explain_rule(const struct explain_options *options, struct opn_arena *arena,
			 struct opn_diags *diags)
{
	char *folder = opn_cli_hookdefs(&options->cli);
	const char *const *path;
	bool found = false;

	if (opn_table_files(folder, arena, &path)) {
		free(folder);
		return false;
	}
	for (; *path; path++) {
		struct opn_yaml yaml;
		yaml_node_t *root, *key = NULL, *row;

		if (opn_table_is_pair(*path) && !opn_yaml_load(*path, arena, diags, &yaml)) {
			root = opn_yaml_get(&yaml, opn_yaml_root(&yaml), "rewrite");
			row = root ? find_row(&yaml, root, options->word, &key) : NULL;
			if (row)
				print_row(&yaml, key, row);
			found |= row != NULL;
			opn_yaml_free(&yaml);
		}
	}
	free(folder);
	return found;
}

int opened_explain_command(int argc, char **argv)
{
	struct explain_options options = { 0 };
	struct opn_arena *arena;
	struct opn_diags *diags;
	bool found;
	int status;

	opn_cli_parse(&options.cli, &explain_argp, argc, argv, &options);
	arena = opn_arena_new(opn_cli_no_memory, NULL);
	diags = opn_diags_new();
	if (!arena || !diags)
		opn_cli_no_memory(NULL);
	found = explain_title("diagnostics.md", plain_flag(options.word, arena));
	found |= explain_title("rules.md", options.word);
	found |= explain_rule(&options, arena, diags);
	if (!found)
		opn_diag(diags, OPN_DIAG_EXPLAIN_UNKNOWN, OPN_NOWHERE, options.word);
	opn_diags_print(diags, stderr, opn_cli_coloured(&options.cli), options.cli.quiet);
	status = opn_cli_finish(&options.cli, diags);
	opn_diags_free(diags);
	opn_arena_free(arena);
	return status;
}
