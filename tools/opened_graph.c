/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_graph.c - opened graph: pictures alone
 */
#include "opened.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/process.h"

struct graph_options {
	struct opn_cli cli;
	const char *input, *function;
};

static const struct argp_option graph_options[] = {
	{ NULL, 0, NULL, 0, "What to draw:", 1 },
	{ "function", 'f', "NAME|FILE:LINE", 0, "What this function of the SOURCE needs", 1 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static const struct argp_child children[] = {
	{ &opn_cli_argp, 0, NULL, 0 },
	{ NULL, 0, NULL, 0 },
};

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct graph_options *options = state->input;

	switch (key) {
	case 'f':
		options->function = arg;
		return 0;
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->cli;
		return 0;
	case ARGP_KEY_ARG:
		if (options->input)
			argp_error(state, "one SPEC or SOURCE");
		options->input = arg;
		return 0;
	case ARGP_KEY_END:
		if (options->function && !options->input)
			argp_error(state, "no SOURCE given");
		options->input = options->input ?: OPENED_SPEC;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp graph_argp = {
	graph_options,
	parse_option,
	"[SPEC | --function=NAME SOURCE] [-- FLAGS]",
	"Draw the pipeline of a spec (default: " OPENED_SPEC "), or what a function needs.\v"
	"OUT is FILE.dot or FILE.svg (drawn by dot); without -o it is DOT on the standard "
	"output.\n\n"
	"Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 70 internal error.",
	children,
	NULL,
	NULL,
};

static bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), end = strlen(suffix);

	return length >= end && !strcmp(text + length - end, suffix);
}

/* The graph as DOT, by the tool that knows it, into path. */
static int draw(const struct graph_options *options, const char *path, struct opn_arena *arena)
{
	char *tools = opn_cli_folder(), *tables = opn_cli_hookdefs(&options->cli);
	struct opn_words argv = { 0 };
	struct opn_buf out = { 0 };
	int status;

	if (options->function) {
		opn_words_add(&argv, opn_arena_printf(arena, "%s/opened-extract", tools));
		opn_words_add(&argv, opn_arena_printf(arena, "--function=%s", options->function));
		opn_words_add(&argv, opn_arena_printf(arena, "--output=%s.bpf.c", path));
	} else {
		opn_words_add(&argv, opn_arena_printf(arena, "%s/opened", tools));
		opn_words_add(&argv, "check");
	}
	opn_words_add(&argv, opn_arena_printf(arena, "--hookdefs=%s", tables));
	opn_words_add(&argv, opn_arena_printf(arena, "--graph=%s", path));
	if (options->cli.commands.build_dir) {
		opn_words_add(&argv, "-p");
		opn_words_add(&argv, (char *)options->cli.commands.build_dir);
	}
	opn_words_add(&argv, (char *)options->input);
	if (options->cli.commands.flags) {
		opn_words_add(&argv, "--");
		for (char *const *flag = options->cli.commands.flags; *flag; flag++)
			opn_words_add(&argv, *flag);
	}
	status = opn_process_run(argv.word, NULL, NULL, &out);
	if (status && out.data)
		fputs(out.data, stderr);
	opn_buf_free(&out);
	free(argv.word);
	free(tools);
	free(tables);
	return status;
}

static int put_out(const char *dot, const char *output)
{
	char *argv[] = { "dot", "-Tsvg", (char *)dot, NULL };
	struct opn_buf picture = { 0 };
	char *text = NULL;
	size_t length = 0;
	int error, status = 0;

	if (output && ends_with(output, ".svg")) {
		status = opn_process_run(argv, NULL, NULL, &picture);
		if (status) {
			fprintf(stderr, "opened: cannot run dot (Debian's graphviz): %s\n",
				status < 0 ? strerror(-status) : picture.data);
			opn_buf_free(&picture);
			return OPN_EXIT_USAGE;
		}
		length = picture.length;
		text = opn_buf_take(&picture);
	} else {
		error = opn_file_read(dot, 0, &text, &length);
		if (error)
			text = NULL;
	}
	if (!text)
		opn_cli_no_memory(NULL);
	if (!output || !strcmp(output, "-")) {
		fwrite(text, 1, length, stdout);
	} else {
		error = opn_file_write(output, text, length);
		if (error) {
			fprintf(stderr, "opened: cannot write '%s': %s\n", output,
				strerror(-error));
			status = OPN_EXIT_REFUSED;
		}
	}
	free(text);
	return status;
}

int opened_graph_command(int argc, char **argv)
{
	struct graph_options options = { 0 };
	const char *folder = getenv("TMPDIR");
	struct opn_arena *arena;
	const char *dot;
	char *made;
	int status;

	opn_cli_parse(&options.cli, &graph_argp, argc, argv, &options);
	arena = opn_arena_new(opn_cli_no_memory, NULL);
	if (!arena)
		opn_cli_no_memory(NULL);
	made = opn_arena_printf(arena, "%s/opened-graph-XXXXXX",
				folder && *folder ? folder : "/tmp");
	if (!mkdtemp(made)) {
		fprintf(stderr, "opened: cannot write '%s': %s\n", made, strerror(errno));
		opn_arena_free(arena);
		return OPN_EXIT_REFUSED;
	}
	dot = opn_arena_printf(arena, "%s/graph.dot", made);
	status = draw(&options, dot, arena);
	if (!status)
		status = put_out(dot, options.cli.output);
	opn_tree_remove(made);
	opn_arena_free(arena);
	return status < 0 ? OPN_EXIT_INTERNAL : status;
}
