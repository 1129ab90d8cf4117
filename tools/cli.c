/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * cli.c - the options that all tools share, and how a tool ends
 *
 * Flags after "--" belong to the compiler and may look like our options, so they are cut off
 * before argp sees them. The help has two groups: what a tool does (its own options) and how it
 * finds, shows and writes things (these).
 */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base.h"
#include "completion.h"

#define HOOKDEFS_FORMAT 1
#define JOBS_LIMIT	256
#define PAGE_LIMIT	(8u << 20)

enum {
	KEY_EXTRA_ARG = 0x200,
	KEY_EXTRA_ARG_BEFORE,
	KEY_COLOUR,
	KEY_DIAG_OUTPUT,
	KEY_DIAG_FORMAT,
	KEY_HOOKDEFS,
	KEY_FORCE,
	KEY_COMPLETION,
};

#define COMPILE_ROWS 4 /* of the table, at its beginning */

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "Compile commands:", 10 },
	{ NULL, 'p', "DIR", 0, "Take compile commands from DIR/compile_commands.json", 10 },
	{ "extra-arg", KEY_EXTRA_ARG, "ARG", 0, "Add ARG to the end of each compile command", 10 },
	{ "extra-arg-before", KEY_EXTRA_ARG_BEFORE, "ARG", 0,
	  "Add ARG to the start of each compile command", 10 },
	{ NULL, 0, NULL, 0, "Output:", 11 },
	{ "output", 'o', "OUT", 0, "Write to OUT; - is the standard output", 11 },
	{ "force", KEY_FORCE, NULL, 0, "Overwrite files that this tool did not write", 11 },
	{ "color", KEY_COLOUR, "always|never|auto", 0,
	  "Colour diagnostics; auto: on a terminal, without NO_COLOR", 11 },
	{ "diag-output", KEY_DIAG_OUTPUT, "FILE", 0, "Write the diagnostics to FILE too", 11 },
	{ "diag-format", KEY_DIAG_FORMAT, "json|sarif", 0, "Format of that FILE", 11 },
	{ "quiet", 'q', NULL, 0, "Leave out warnings", 11 },
	{ "verbose", 'v', NULL, 0, "Tell more", 11 },
	{ NULL, 0, NULL, 0, "Running:", 12 },
	{ "jobs", 'j', "N", 0, "Work on N sources at a time (default 1)", 12 },
	{ "hookdefs", KEY_HOOKDEFS, "DIR", 0, "Read the hook tables from DIR", 12 },
	{ NULL, 0, NULL, 0, "Help:", -1 },
	{ "completion", KEY_COMPLETION, "bash|zsh", 0,
	  "Print what makes the shell complete this command", -1 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

static char *filter_help(int key, const char *text, void *input)
{
	const struct opn_cli *cli = input;

	/* argp frees what is not text, and changes neither. */
	return key == 'o' && cli && cli->output_help ? opn_cli_format("%s", cli->output_help)
						     : (char *)text;
}

static volatile sig_atomic_t caught_signal;

static void catch_signal(int number)
{
	caught_signal = number;
}

void opn_cli_catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = catch_signal,
				    .sa_flags = SA_RESETHAND | SA_RESTART };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct sigaction old;

		/* Under nohup SIGHUP is ignored, and stays so. */
		if (!sigaction(numbers[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

bool opn_cli_interrupted(void)
{
	return caught_signal;
}

void opn_cli_resume_signal(void)
{
	if (!caught_signal)
		return;
	signal(caught_signal, SIG_DFL);
	raise(caught_signal);
}

void opn_cli_no_memory(void *unused)
{
	(void)unused;
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	_exit(OPN_EXIT_INTERNAL);
}

void *opn_cli_alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		opn_cli_no_memory(NULL);
	return memory;
}

char *opn_cli_format(const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		opn_cli_no_memory(NULL);
	return text;
}

void opn_words_add(struct opn_words *words, char *word)
{
	char **grown = realloc(words->word, (words->count + 2) * sizeof(*grown));

	if (!grown)
		opn_cli_no_memory(NULL);
	grown[words->count++] = word;
	grown[words->count] = NULL;
	words->word = grown;
}

static error_t parse_jobs(struct opn_cli *cli, const char *arg, struct argp_state *state)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(arg, &end, 10);
	if (errno || end == arg || *end || *arg == '-' || !value || value > JOBS_LIMIT) {
		argp_error(state, "-j takes a number from 1 to %d, not '%s'", JOBS_LIMIT, arg);
		return EINVAL;
	}
	cli->jobs = (unsigned int)value;
	return 0;
}

static error_t parse_colour(struct opn_cli *cli, const char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "auto")) {
		cli->colour = OPN_COLOUR_AUTO;
	} else if (!strcmp(arg, "always")) {
		cli->colour = OPN_COLOUR_ALWAYS;
	} else if (!strcmp(arg, "never")) {
		cli->colour = OPN_COLOUR_NEVER;
	} else {
		argp_error(state, "--color takes always, never or auto, not '%s'", arg);
		return EINVAL;
	}
	return 0;
}

static error_t parse_diag_format(struct opn_cli *cli, const char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "json")) {
		cli->diag_format = OPN_DIAG_JSON;
	} else if (!strcmp(arg, "sarif")) {
		cli->diag_format = OPN_DIAG_SARIF;
	} else {
		argp_error(state, "--diag-format takes json or sarif, not '%s'", arg);
		return EINVAL;
	}
	return 0;
}

/* The hooks are those of the tables that are found now; without tables there are none. */
static error_t print_completion(struct opn_cli *cli, const char *arg, struct argp_state *state)
{
	bool zsh = !strcmp(arg, "zsh");
	struct opn_diags *unheard = opn_diags_new();
	struct opn_hookdefs *hookdefs = NULL;
	char *folder = opn_cli_hookdefs(cli);
	struct opn_completion_words words[] = { { NULL, NULL }, { NULL, NULL } };
	struct opn_completion completion = { state->name, state->root_argp, words };

	if (!zsh && strcmp(arg, "bash")) {
		argp_error(state, "--completion takes bash or zsh, not '%s'", arg);
		return EINVAL;
	}
	if (!unheard)
		opn_cli_no_memory(NULL);
	if (!opn_hookdefs_load(folder, unheard, &hookdefs))
		words[0] = (struct opn_completion_words){ "HOOK", opn_hookdefs_names(hookdefs) };
	opn_completion_print(&completion, zsh ? OPN_SHELL_ZSH : OPN_SHELL_BASH, stdout);
	opn_hookdefs_free(hookdefs);
	opn_diags_free(unheard);
	free(folder);
	exit(fflush(stdout) || ferror(stdout) ? OPN_EXIT_REFUSED : OPN_EXIT_DONE);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct opn_cli *cli = state->input;

	switch (key) {
	case 'p':
		cli->commands.build_dir = arg;
		return 0;
	case KEY_EXTRA_ARG:
		opn_words_add(&cli->extra, arg);
		return 0;
	case KEY_EXTRA_ARG_BEFORE:
		opn_words_add(&cli->extra_before, arg);
		return 0;
	case 'o':
		cli->output = arg;
		return 0;
	case KEY_FORCE:
		cli->force = true;
		return 0;
	case KEY_COLOUR:
		return parse_colour(cli, arg, state);
	case KEY_DIAG_OUTPUT:
		cli->diag_output = arg;
		return 0;
	case KEY_DIAG_FORMAT:
		return parse_diag_format(cli, arg, state);
	case 'q':
		cli->quiet = true;
		return 0;
	case 'v':
		cli->verbose = true;
		return 0;
	case 'j':
		return parse_jobs(cli, arg, state);
	case KEY_HOOKDEFS:
		cli->hookdefs = arg;
		return 0;
	case KEY_COMPLETION:
		return print_completion(cli, arg, state);
	case ARGP_KEY_SUCCESS:
		if (cli->commands.build_dir && cli->commands.flags)
			argp_error(state, "-p DIR and flags after -- exclude each other");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp opn_cli_argp = { options, parse_option, NULL, NULL, NULL, filter_help, NULL };
const struct argp opn_cli_plain_argp = {
	options + COMPILE_ROWS, parse_option, NULL, NULL, NULL, filter_help, NULL
};

void opn_cli_version(FILE *stream, const char *name)
{
	fprintf(stream, "%s %s (LLVM %s, hookdefs %d)\n", name, OPN_VERSION, opn_clang_version(),
		HOOKDEFS_FORMAT);
}

static void print_version(FILE *stream, struct argp_state *state)
{
	opn_cli_version(stream, state->name);
}

void opn_cli_parse(struct opn_cli *cli, const struct argp *argp, int argc, char **argv, void *input)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;

	cli->tool = slash ? slash + 1 : argc ? argv[0] : "opened";
	cli->jobs = 1;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			cli->commands.flags = argv + i + 1;
			argv[i] = NULL;
			argc = i;
			break;
		}
	}
	argp_err_exit_status = OPN_EXIT_USAGE;
	argp_program_version_hook = print_version;
	argp_parse(argp, argc, argv, 0, NULL, input);
	cli->commands.extra = cli->extra.word;
	cli->commands.extra_before = cli->extra_before.word;
}

/* A folder relative to the one that holds the running executable, if it exists. Allocated. */
static char *beside_executable(const char *relative)
{
	char self[PATH_MAX], *slash, *path;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length >= 0)
		self[length] = '\0';
	else if (!realpath((const char *)getauxval(AT_EXECFN) ?: "", self))
		return NULL; /* no /proc, and no such file any more */
	slash = strrchr(self, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	path = opn_cli_format("%s/%s", self, relative);
	if (!access(path, F_OK))
		return path;
	free(path);
	return NULL;
}

bool opn_cli_raise_stack(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit))
		return false;
	if (limit.rlim_cur >= OPN_CLI_STACK)
		return true;
	limit.rlim_cur = OPN_CLI_STACK;
	return !setrlimit(RLIMIT_STACK, &limit);
}

char *opn_cli_folder(void)
{
	char *folder = beside_executable(".");

	return folder ? folder : opn_cli_format("%s", OPN_TOOLS_DIR);
}

char *opn_cli_hookdefs(const struct opn_cli *cli)
{
	static const char *const places[] = { "../share/opened/hookdefs", "../hookdefs" };
	const char *environment = getenv("OPENED_HOOKDEFS");

	if (cli->hookdefs)
		return opn_cli_format("%s", cli->hookdefs);
	if (environment && *environment)
		return opn_cli_format("%s", environment);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *path = beside_executable(places[i]);

		if (path)
			return path;
	}
	return opn_cli_format("%s", OPN_HOOKDEFS_DIR);
}

char *opn_cli_section(const char *page, const char *title)
{
	static const char *const folders[] = { "../share/doc/opened", "../docs" };
	char *path = NULL, *text = NULL, *section = NULL, *heading, *at, *end;
	size_t length;

	for (size_t i = 0; !path && i < sizeof(folders) / sizeof(*folders); i++) {
		char *place = opn_cli_format("%s/%s", folders[i], page);

		path = beside_executable(place);
		free(place);
	}
	heading = opn_cli_format("\n### %s\n", title);
	if (path && !opn_file_read(path, PAGE_LIMIT, &text, &length) &&
	    (at = strstr(text, heading))) {
		end = strstr(at + 5, "\n##");
		if (end)
			end[1] = '\0';
		section = opn_cli_format("%s", at + 5);
	}
	free(heading);
	free(text);
	free(path);
	return section;
}

char *opn_cli_machine(void)
{
	char *path = beside_executable("../share/opened/vm/vm.sh");

	return path ? path : beside_executable("../vm/vm.sh");
}

bool opn_cli_coloured(const struct opn_cli *cli)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	switch (cli->colour) {
	case OPN_COLOUR_ALWAYS:
		return true;
	case OPN_COLOUR_NEVER:
		return false;
	case OPN_COLOUR_AUTO:
		break;
	}
	if ((no_colour && *no_colour) || (term && !strcmp(term, "dumb")))
		return false;
	return isatty(STDERR_FILENO);
}

int opn_cli_finish(const struct opn_cli *cli, struct opn_diags *diags)
{
	int status = opn_diags_status(diags);
	int error;

	if (!cli->diag_output)
		return status;
	error = opn_diags_write(diags, cli->diag_output, cli->diag_format, cli->tool);
	if (error) {
		fprintf(stderr, "%s: cannot write '%s': %s\n", cli->tool, cli->diag_output,
			strerror(-error));
		if (!status)
			status = OPN_EXIT_REFUSED;
	}
	return status;
}
