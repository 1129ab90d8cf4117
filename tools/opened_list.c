/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_list.c - opened list: the programs of sources and what they need
 *
 * opened-extract does the work, into a folder that is removed; its manifests are the list.
 */
#include "opened.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/process.h"
#include "json.h"

enum { KEY_JSON = 0x100 };

struct list_options {
	struct opn_cli cli;
	struct opn_words sources;
	bool json;
};

static const struct argp_option list_options[] = {
	{ NULL, 0, NULL, 0, "How:", 1 },
	{ "json", KEY_JSON, NULL, 0, "Print JSON", 1 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp_child children[] = {
	{ &opn_cli_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct list_options *options = state->input;

	switch (key) {
	case KEY_JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case ARGP_KEY_ARG:
		opn_words_add(&options->sources, arg);
		return 0;
	case ARGP_KEY_END:
		if (!options->sources.count)
			argp_error(state, "no SOURCE given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp list_argp = {
	list_options,
	parse_option,
	"SOURCE... [-- FLAGS]",
	"List the eBPF programs of sources, and the functions that they call: hook, section, "
	"place, "
	"lines, helpers, maps.\v"
	"'opened extract --list' lists all functions, with their signatures.\n\n"
	"Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 70 internal error.",
	children,
	NULL,
	NULL,
};

struct opened_rows opened_scan(const struct opn_cli *cli, const struct opn_words *sources,
			       struct opn_arena *arena)
{
	const char *folder = getenv("TMPDIR");
	char *made = opn_arena_printf(arena, "%s/opened-list-XXXXXX",
				      folder && *folder ? folder : "/tmp");
	struct opened_rows rows = { .programs = json_array() };
	char *tools = opn_cli_folder(), *tables = opn_cli_hookdefs(cli);
	struct opn_words argv = { 0 };
	struct opn_buf out = { 0 };
	const char *const *names;

	if (!mkdtemp(made)) {
		rows.status = OPN_EXIT_REFUSED;
		free(tools);
		free(tables);
		return rows;
	}
	opn_words_add(&argv, opn_arena_printf(arena, "%s/opened-extract", tools));
	opn_words_add(&argv, "--all");
	opn_words_add(&argv, "-q");
	opn_words_add(&argv, opn_arena_printf(arena, "--hookdefs=%s", tables));
	opn_words_add(&argv, opn_arena_printf(arena, "--output=%s/units", made));
	opn_words_add(&argv, opn_arena_printf(arena, "-j%u", cli->jobs));
	for (size_t i = 0; i < cli->extra.count; i++)
		opn_words_add(&argv, opn_arena_printf(arena, "--extra-arg=%s", cli->extra.word[i]));
	for (size_t i = 0; i < cli->extra_before.count; i++)
		opn_words_add(&argv, opn_arena_printf(arena, "--extra-arg-before=%s",
						      cli->extra_before.word[i]));
	if (cli->commands.build_dir) {
		opn_words_add(&argv, "-p");
		opn_words_add(&argv, (char *)cli->commands.build_dir);
	}
	for (size_t i = 0; i < sources->count; i++)
		opn_words_add(&argv, sources->word[i]);
	if (cli->commands.flags) {
		opn_words_add(&argv, "--");
		for (char *const *flag = cli->commands.flags; *flag; flag++)
			opn_words_add(&argv, *flag);
	}
	rows.status = opn_process_run(argv.word, NULL, NULL, &out);
	rows.said = opn_arena_strdup(arena, out.data ?: "");
	names = opn_product_files(opn_arena_printf(arena, "%s/units", made), arena);
	for (; names && *names; names++) {
		size_t length = strlen(*names);
		json_t *manifest;

		if (length < 6 || strcmp(*names + length - 6, ".bpf.c"))
			continue;
		manifest =
			opened_json(opn_arena_printf(arena, "%.*s.json", (int)length - 6, *names));
		if (manifest)
			rows.programs = opn_json_append(rows.programs, manifest);
	}
	opn_tree_remove(made);
	opn_buf_free(&out);
	free(argv.word);
	free(tools);
	free(tables);
	return rows;
}

/* Names of objects, or words, as "a, b". */
static const char *joined(const json_t *list, const char *key, struct opn_arena *arena)
{
	struct opn_buf buf = { 0 };
	const char *text;
	size_t index;
	json_t *value;

	json_array_foreach((json_t *)list, index, value)
	{
		const char *word = key ? json_string_value(json_object_get(value, key))
				       : json_string_value(value);

		opn_buf_printf(&buf, "%s%s", index ? ", " : "", word ?: "?");
	}
	text = opn_arena_strdup(arena, buf.data ?: "-");
	opn_buf_free(&buf);
	return text;
}

static long long number(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

static const char *word(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "-";
}

static void print_program(const json_t *manifest, struct opn_arena *arena)
{
	const json_t *functions = json_object_get(manifest, "functions");
	long long lines = 0;
	size_t index;
	json_t *function;
	const json_t *program = NULL;

	json_array_foreach((json_t *)functions, index, function)
	{
		lines += number(function, "end_line") - number(function, "start_line") + 1;
		if (json_is_true(json_object_get(function, "program")) &&
		    !strcmp(word(function, "name"), word(manifest, "unit")))
			program = function;
	}
	printf("%s\n", word(manifest, "unit"));
	printf("  hook       %s, section '%s'\n", word(manifest, "hook"), word(program, "section"));
	printf("  place      %s:%lld\n", word(program, "file"), number(program, "start_line"));
	printf("  size       %zu function%s, %lld line%s\n", json_array_size(functions),
	       json_array_size(functions) == 1 ? "" : "s", lines, lines == 1 ? "" : "s");
	printf("  functions  %s\n", joined(functions, "name", arena));
	printf("  helpers    %s\n", joined(json_object_get(manifest, "helpers"), NULL, arena));
	if (json_array_size(json_object_get(manifest, "kfuncs")))
		printf("  kfuncs     %s\n",
		       joined(json_object_get(manifest, "kfuncs"), NULL, arena));
	printf("  maps       %s\n", joined(json_object_get(manifest, "maps"), "name", arena));
	if (json_is_string(json_object_get(manifest, "minimum_kernel")))
		printf("  kernel     %s or later\n", word(manifest, "minimum_kernel"));
	else
		printf("  kernel     not known\n");
}

int opened_list_command(int argc, char **argv)
{
	struct list_options options = { 0 };
	struct opn_arena *arena;
	struct opened_rows rows;
	size_t index;
	json_t *manifest;
	char *text;

	opn_cli_parse(&options.cli, &list_argp, argc, argv, &options);
	arena = opn_arena_new(opn_cli_no_memory, NULL);
	if (!arena)
		opn_cli_no_memory(NULL);
	rows = opened_scan(&options.cli, &options.sources, arena);
	if (rows.status)
		fputs(rows.said, stderr);
	if (options.json) {
		text = opn_json_text(json_incref(rows.programs));
		if (!text)
			opn_cli_no_memory(NULL);
		fputs(text, stdout);
		free(text);
	} else {
		json_array_foreach(rows.programs, index, manifest) print_program(manifest, arena);
	}
	json_decref(rows.programs);
	opn_arena_free(arena);
	free(options.sources.word);
	return rows.status < 0 ? OPN_EXIT_INTERNAL : rows.status;
}
