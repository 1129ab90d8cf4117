// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * main.c - options, and the table of commands
 */
#define _GNU_SOURCE 1
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Options that only some commands take. */
enum {
	TAKES_JSON = 1 << 0,
	TAKES_STAGE = 1 << 1,
	TAKES_MODE = 1 << 2,
	TAKES_FOREGROUND = 1 << 3,
	TAKES_WATCH = 1 << 4,
	TAKES_INTERFACES = 1 << 5,
	NEEDS_INTERFACES = 1 << 6,
};

static const struct command {
	const char *name, *what;
	int (*run)(struct opn_loader *loader);
	unsigned int takes;
} commands[] = {
	{ "attach", "attach to the interfaces", opn_command_attach,
	  TAKES_MODE | TAKES_FOREGROUND | TAKES_INTERFACES | NEEDS_INTERFACES },
	{ "detach", "detach from the interfaces, or from all", opn_command_detach,
	  TAKES_INTERFACES },
	{ "replace", "put this version in place of the one that runs", opn_command_replace,
	  TAKES_STAGE },
	{ "status", "tell what is attached, and who else is there", opn_command_status,
	  TAKES_JSON },
	{ "stats", "count packets, bytes and verdicts of each stage", opn_command_stats,
	  TAKES_JSON | TAKES_WATCH },
	{ "check", "load, verify and run each program once, without attaching", opn_command_check,
	  0 },
	{ "clean", "remove what runs that were cut off have left", opn_command_clean, 0 },
};

enum {
	KEY_NETNS = 256,
	KEY_MODE,
	KEY_STAGE,
	KEY_JSON,
	KEY_FOREGROUND,
	KEY_WATCH,
};

static const struct argp_option options[] = {
	{ "netns", KEY_NETNS, "NAME", 0, "work in this network namespace: a name, or a path", 0 },
	{ "mode", KEY_MODE, "WAY", 0, "attach: only in this way (see below)", 0 },
	{ "foreground", KEY_FOREGROUND, NULL, 0, "attach: wait for SIGINT or SIGTERM, then detach",
	  0 },
	{ "stage", KEY_STAGE, "NAME=OBJ[:PROGRAM]", 0, "replace: this stage only", 0 },
	{ "json", KEY_JSON, NULL, 0, "status, stats: as JSON", 0 },
	{ "watch", KEY_WATCH, "SECONDS", OPTION_ARG_OPTIONAL, "stats: again and again, with rates",
	  0 },
	{ "verbose", 'v', NULL, 0, "show what libbpf says", 0 },
	{ "version", 'V', NULL, 0, "print the version", -1 },
	{ 0 },
};

struct given {
	struct opn_loader *loader;
	const struct command *command;
	unsigned int takes;
};

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static bool is_mode(const struct opn_pipeline *pipeline, const char *name)
{
	for (size_t i = 0; i < pipeline->hook_count; i++)
		for (size_t j = 0; j < pipeline->hooks[i].way_count; j++)
			if (!strcmp(pipeline->hooks[i].ways[j].name, name))
				return true;
	return false;
}

static void read_seconds(struct argp_state *state, const char *text, struct opn_options *options)
{
	char *end;

	options->watch = true;
	options->seconds = 1;
	if (!text)
		return;
	options->seconds = strtod(text, &end);
	if (end == text || *end || !(options->seconds >= 0.01 && options->seconds <= 86400))
		argp_error(state, "--watch: '%s' is no number of seconds (0.01 to 86400)", text);
}

static void check_usage(struct argp_state *state, const struct given *given)
{
	const struct command *command = given->command;
	static const char *const names[] = { "json", "stage", "mode", "foreground", "watch" };

	if (!command)
		argp_error(state, "no command");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (given->takes & ~command->takes & (1u << i))
			argp_error(state, "'%s' does not take --%s", command->name, names[i]);
	if ((command->takes & NEEDS_INTERFACES) && !given->loader->options.interface_count)
		argp_error(state, "'%s' needs an interface", command->name);
}

static void add_argument(struct argp_state *state, struct given *given, char *text)
{
	struct opn_options *options = &given->loader->options;

	if (!given->command) {
		given->command = find_command(text);
		if (!given->command)
			argp_error(state, "no command '%s'", text);
		options->command = text;
		return;
	}
	if (!(given->command->takes & TAKES_INTERFACES))
		argp_error(state, "'%s' takes no argument '%s'", given->command->name, text);
	for (size_t i = 0; i < options->interface_count; i++)
		if (!strcmp(options->interfaces[i], text))
			argp_error(state, "interface '%s' is given twice", text);
	options->interfaces[options->interface_count++] = text;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct given *given = state->input;
	struct opn_options *options = &given->loader->options;

	switch (key) {
	case KEY_NETNS:
		options->netns = text;
		break;
	case KEY_MODE:
		if (!is_mode(given->loader->pipeline, text))
			argp_error(state, "--mode: no way '%s' in this pipeline", text);
		options->mode = text;
		given->takes |= TAKES_MODE;
		break;
	case KEY_STAGE:
		options->stage = text;
		given->takes |= TAKES_STAGE;
		break;
	case KEY_JSON:
		options->json = true;
		given->takes |= TAKES_JSON;
		break;
	case KEY_FOREGROUND:
		options->foreground = true;
		given->takes |= TAKES_FOREGROUND;
		break;
	case KEY_WATCH:
		read_seconds(state, text, options);
		given->takes |= TAKES_WATCH;
		break;
	case 'v':
		options->verbose = true;
		break;
	case 'V':
		printf("%s %s\n", given->loader->pipeline->name, given->loader->pipeline->version);
		exit(0);
	case ARGP_KEY_ARG:
		add_argument(state, given, text);
		break;
	case ARGP_KEY_END:
		check_usage(state, given);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* What --help says of this pipeline: its commands, its hooks and the ways to attach to them. */
static char *describe(const struct opn_pipeline *pipeline)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "The pipeline '%s' on network interfaces.\n\nCommands:\n", pipeline->name);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].what);
	fputs("\v", out);
	for (size_t i = 0; i < pipeline->hook_count; i++) {
		const struct opn_hook *hook = &pipeline->hooks[i];

		fprintf(out, "At %s:", hook->name);
		for (size_t j = 0; j < hook->stage_count; j++)
			fprintf(out, "%s %s", j ? "," : "", hook->stages[j].name);
		fputs("; WAY:", out);
		for (size_t j = 0; j < hook->way_count; j++)
			fprintf(out, "%s %s", j ? "," : "", hook->ways[j].name);
		fputc('\n', out);
	}
	fputs("Exit status: 0 done, 1 failed, 2 usage.", out);
	fclose(out);
	return text;
}

static int print_libbpf(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, arguments);
}

/* An interrupt takes effect between acts, not within one. */
static void block_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

int opn_loader_main(int argc, char **argv, const struct opn_pipeline *pipeline)
{
	struct opn_loader loader = { .pipeline = pipeline, .lock = -1 };
	struct given given = { .loader = &loader };
	char *text = describe(pipeline);
	const struct argp argp = {
		options, parse, "COMMAND [INTERFACE...]", text, NULL, NULL, NULL
	};
	char name[OPN_NAME_SIZE];
	int error;

	loader.options.interfaces = calloc(argc, sizeof(*loader.options.interfaces));
	if (!text || !loader.options.interfaces)
		return 1;
	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &given);
	libbpf_set_print(loader.options.verbose ? print_libbpf : NULL);

	opn_pin_name(pipeline->name, name);
	error = opn_path(loader.folder, "%s/%s", OPN_BPF_ROOT, name);
	error = error ? error : opn_host_capabilities(&loader);
	error = error ? error : opn_host_filesystem(&loader);
	error = error ? error : opn_host_netns(&loader);
	if (!error) {
		if (given.command->run != opn_command_stats)
			block_signals();
		error = given.command->run(&loader);
	}
	free(loader.options.interfaces);
	free(text);
	return error ? 1 : 0;
}
