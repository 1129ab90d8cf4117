/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_init.c - opened init: a commented spec for a source tree
 *
 * What it writes is what it found: programs that were really parsed, with their hooks and places,
 * and how they are compiled. What only the user can want (where they go, how they are joined)
 * stands there as comments.
 */
#include "opened.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/process.h"

#define SOURCE_LIMIT (64u << 20)
#define SOURCES_MAX  200 /* that are parsed */
#define CANDIDATES   3	 /* whose flags are tried to be found out */

struct init_options {
	struct opn_cli cli;
	const char *tree;
};

static const struct argp_child children[] = {
	{ &opn_cli_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct init_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case ARGP_KEY_ARG:
		if (options->tree)
			argp_error(state, "one TREE");
		options->tree = arg;
		return 0;
	case ARGP_KEY_END:
		options->tree = options->tree ?: ".";
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp init_argp = {
	NULL,
	parse_option,
	"[TREE] [-- FLAGS]",
	"Write a commented spec for a source tree (default: the current folder): its programs, "
	"their hooks, how they are compiled.\v"
	"OUT is the spec (default: " OPENED_SPEC "), or - . An existing one is left alone, unless "
	"--force.\n\n"
	"Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 70 internal error.",
	children,
	NULL,
	NULL,
};

struct init {
	const struct init_options *options;
	struct opn_arena *arena;
	const char *root;	  /* of the tree, absolute */
	const char *database;	  /* absolute, or NULL */
	const char *const *flags; /* NULL-terminated, or NULL */
	struct opn_words sources;
	struct opn_buf text;
	int here; /* descriptor of the current folder */
};

/* A source that can have programs says SEC. */
static bool may_have_programs(const char *path)
{
	size_t length;
	char *text;
	bool may;

	if (opn_file_read(path, SOURCE_LIMIT, &text, &length))
		return false;
	may = opn_has_word(text, "SEC") || opn_has_word(text, "section");
	free(text);
	return may;
}

static void find_sources(struct init *init)
{
	const char *const *source = opn_tree_sources(init->root, ".c", init->arena);

	for (; source && *source && init->sources.count < SOURCES_MAX; source++) {
		if (may_have_programs(*source))
			opn_words_add(&init->sources, (char *)*source);
	}
}

static void find_commands(struct init *init)
{
	static const char *const places[] = { ".", "build", "out", NULL };
	static const char *const compilers[] = { "clang-" OPN_CLANG_MAJOR, "clang", NULL };
	const struct opn_cli *cli = &init->options->cli;
	const char *why = NULL;

	if (cli->commands.flags) {
		init->flags = (const char *const *)cli->commands.flags;
		return;
	}
	if (cli->commands.build_dir) {
		char here[4096];

		init->database = opn_path_join(init->arena, getcwd(here, sizeof(here)) ?: ".",
					       cli->commands.build_dir);
		return;
	}
	for (const char *const *place = places; *place; place++) {
		const char *folder = opn_path_join(init->arena, init->root, *place);

		if (!access(opn_arena_printf(init->arena, "%s/compile_commands.json", folder),
			    R_OK)) {
			init->database = folder;
			return;
		}
	}
	for (size_t i = 0; i < init->sources.count && i < CANDIDATES && !init->flags; i++)
		init->flags = opn_tree_infer(init->root, init->sources.word[i],
					     opn_process_find(compilers, init->arena), NULL,
					     init->arena, &why);
}

/* A double-quoted word of YAML. */
static void add_quoted(struct opn_buf *buf, const char *word)
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

static void add_compile(struct init *init)
{
	struct opn_buf *text = &init->text;

	if (init->database) {
		opn_buf_puts(text, "    compile: {database: ");
		add_quoted(text, opn_path_relative(init->arena, init->root, init->database));
		opn_buf_puts(text, "}\n");
	} else if (init->flags) {
		opn_buf_puts(text, "    compile: {flags: [");
		for (const char *const *flag = init->flags; *flag; flag++) {
			opn_buf_puts(text, flag == init->flags ? "" : ", ");
			add_quoted(text, *flag);
		}
		opn_buf_puts(text, "]}\n");
	} else {
		opn_buf_puts(text, "    compile: {infer: true}   # or database: FOLDER, or flags: "
				   "[...]\n");
	}
}

static const char *word(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

/* Units are called as their program, as far as that is a name of its own. */
static void add_unit(struct init *init, const json_t *manifest)
{
	struct opn_buf *text = &init->text;
	const char *name = word(manifest, "unit");

	opn_buf_printf(text, "  - unit: %.*s\n", 32, name);
	opn_buf_printf(text, "    # %s of %s; functions: %zu, maps: %zu\n",
		       *word(manifest, "hook") ? word(manifest, "hook") : "a program",
		       word(manifest, "source"),
		       json_array_size(json_object_get(manifest, "functions")),
		       json_array_size(json_object_get(manifest, "maps")));
	opn_buf_puts(text, "    source: {path: ");
	add_quoted(text, init->options->tree);
	opn_buf_puts(text, "}\n");
	add_compile(init);
	opn_buf_printf(text, "    functions: [%s]\n    sources: [", name);
	add_quoted(text, word(manifest, "source"));
	opn_buf_puts(text, "]\n");
}

static int write_spec(struct init *init, const json_t *programs)
{
	struct opn_buf *text = &init->text;
	const char *path = init->options->cli.output ?: OPENED_SPEC, *first = "decap";
	size_t index;
	json_t *manifest;
	int error = 0;

	opn_buf_puts(
		text,
		"# yaml-language-server: $schema=opened.schema.json\n"
		"# What is taken from where, what becomes of it, how it is proved. "
		"See 'opened run --help'.\n"
		"opened: 1\n\n"
		"# Functions to cut out; each unit compiles alone. Delete what you do not need.\n"
		"extract:\n");
	json_array_foreach((json_t *)programs, index, manifest)
	{
		if (!index)
			first = word(manifest, "unit");
		add_unit(init, manifest);
	}
	opn_buf_printf(text,
		       "\n# Units that are to run at another hook.\n"
		       "# transform:\n"
		       "#   - {unit: %.*s, to: tc}\n"
		       "\n# The pipeline: which stages run where, in this order.\n"
		       "# compose:\n"
		       "#   - interface: eth0\n"
		       "#     hook: xdp              # xdp, tc-ingress or tc-egress\n"
		       "#     mechanism: auto\n"
		       "#     stages: [%.*s]\n"
		       "\n# Each rewritten program beside its original, the pipeline beside its "
		       "stages (needs root).\n"
		       "verify: {generate: 10000}\n",
		       32, first, 32, first);
	if (text->failed)
		opn_cli_no_memory(NULL);
	if (!strcmp(path, "-")) {
		fwrite(text->data, 1, text->length, stdout);
		return 0;
	}
	if (!access(path, F_OK) && !init->options->cli.force) {
		fprintf(stderr, "opened: '%s' is there already: give -o FILE, or --force\n", path);
		return OPN_EXIT_USAGE;
	}
	error = opn_file_write(path, text->data, text->length);
	if (error)
		fprintf(stderr, "opened: cannot write '%s': %s\n", path, strerror(-error));
	else if (!init->options->cli.quiet)
		fprintf(stderr, "opened: %zu programs in '%s'; next: opened check %s\n",
			json_array_size(programs), path, path);
	return error ? OPN_EXIT_REFUSED : 0;
}

static int run(struct init *init)
{
	struct opn_cli scan = init->options->cli;
	struct opened_rows rows;
	int status;

	find_sources(init);
	if (!init->sources.count) {
		fprintf(stderr, "opened: no source below '%s' has a program\n",
			init->options->tree);
		return OPN_EXIT_REFUSED;
	}
	find_commands(init);
	if (!init->database && !init->flags) {
		fprintf(stderr,
			"opened: cannot find out how '%s' is compiled: give -p DIR, or FLAGS "
			"behind --\n",
			init->options->tree);
		return OPN_EXIT_USAGE;
	}
	scan.commands.build_dir = init->database;
	scan.commands.flags = init->database ? NULL : (char *const *)init->flags;
	/* Folders in flags are as seen from the tree. */
	if (!init->database && chdir(init->root)) {
		fprintf(stderr, "opened: cannot enter '%s': %s\n", init->root, strerror(errno));
		return OPN_EXIT_USAGE;
	}
	rows = opened_scan(&scan, &init->sources, init->arena);
	if (init->here >= 0 && fchdir(init->here))
		return OPN_EXIT_INTERNAL;
	if (rows.status && init->options->cli.verbose)
		fputs(rows.said, stderr);
	if (!json_array_size(rows.programs)) {
		fputs(rows.said, stderr);
		fprintf(stderr, "opened: no program was found below '%s'\n", init->options->tree);
		status = OPN_EXIT_REFUSED;
	} else {
		status = write_spec(init, rows.programs);
	}
	json_decref(rows.programs);
	return status;
}

int opened_init_command(int argc, char **argv)
{
	struct init_options options = { 0 };
	struct init init = { .options = &options };
	char here[4096];
	int status;

	opn_cli_parse(&options.cli, &init_argp, argc, argv, &options);
	init.arena = opn_arena_new(opn_cli_no_memory, NULL);
	if (!init.arena)
		opn_cli_no_memory(NULL);
	init.here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	init.root = opn_path_join(init.arena, getcwd(here, sizeof(here)) ?: ".", options.tree);
	status = run(&init);
	if (init.here >= 0)
		close(init.here);
	opn_buf_free(&init.text);
	free(init.sources.word);
	opn_arena_free(init.arena);
	return status;
}
