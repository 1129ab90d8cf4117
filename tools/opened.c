/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened.c - one door: the commands of opened, and the tools as commands
 */
#include "opened.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "completion.h"

const struct opened_command opened_commands[] = {
	{ "init", "write a commented " OPENED_SPEC " for a source tree", opened_init_command },
	{ "check", "tell what speaks against a spec; write nothing", opened_check_command },
	{ "run", "do what a spec says: extract, rewrite, compose, prove", opened_run_command },
	{ "graph", "draw the pipeline of a spec, or what a function needs", opened_graph_command },
	{ "list", "list programs and functions of sources", opened_list_command },
	{ "explain", "explain a diagnostic's flag or a rule", opened_explain_command },
	{ "doctor", "tell what this machine lacks, and how to mend it", opened_doctor_command },
	{ "clean", "remove what a spec's runs wrote", opened_clean_command },
	{ NULL, NULL, NULL },
};

/* Tools that are commands too. */
static const char *const tools[][2] = {
	{ "extract", "cut functions out of sources (opened-extract)" },
	{ "transform", "rewrite programs for another hook (opened-transform)" },
	{ "compose", "make one pipeline of several programs (opened-compose)" },
	{ "verify", "run two programs on the same packets (opened-verify)" },
	{ NULL, NULL },
};

static void help(FILE *out)
{
	fputs("Usage: opened COMMAND [OPTION...] [ARG...]\n"
	      "Reuse of eBPF code: take functions out of code bases, rewrite them for other hooks, "
	      "chain\nthem into one datapath, and prove each step.\n\n",
	      out);
	for (const struct opened_command *command = opened_commands; command->name; command++)
		fprintf(out, "  %-10s %s\n", command->name, command->summary);
	fputc('\n', out);
	for (size_t i = 0; tools[i][0]; i++)
		fprintf(out, "  %-10s %s\n", tools[i][0], tools[i][1]);
	fputs("\n  -?, --help       give this help list\n"
	      "      --completion=bash|zsh\n"
	      "                   print what makes the shell complete this command\n"
	      "  -V, --version    print program version\n\n"
	      "'opened COMMAND --help' tells the options of each.\n\n"
	      "Exit status: 0 done, 1 refused with reasons, 2 usage or configuration, 3 a decision "
	      "is\nneeded, 70 internal error.\n",
	      out);
}

/* The tool takes this process over. */
static int run_tool(const char *name, char **argv)
{
	char *folder = opn_cli_folder();
	char *path = opn_cli_format("%s/opened-%s", folder, name);

	argv[0] = opn_cli_format("opened-%s", name);
	execv(path, argv);
	fprintf(stderr, "opened: cannot run '%s': %s\n", path, strerror(errno));
	return OPN_EXIT_USAGE;
}

#define COMMANDS_LIMIT 32

/* All commands, NULL-terminated. */
static void list_commands(const char *names[COMMANDS_LIMIT])
{
	size_t used = 0;

	for (const struct opened_command *command = opened_commands; command->name; command++)
		names[used++] = command->name;
	for (size_t i = 0; tools[i][0]; i++)
		names[used++] = tools[i][0];
	names[used] = NULL;
}

static int print_completion(const char *shell)
{
	const char *names[COMMANDS_LIMIT];
	bool zsh = !strcmp(shell, "zsh");

	if (!zsh && strcmp(shell, "bash")) {
		fprintf(stderr, "opened: --completion takes bash or zsh, not '%s'\n", shell);
		return OPN_EXIT_USAGE;
	}
	list_commands(names);
	opn_completion_print_commands("opened", names, zsh ? OPN_SHELL_ZSH : OPN_SHELL_BASH,
				      stdout);
	return fflush(stdout) || ferror(stdout) ? OPN_EXIT_REFUSED : OPN_EXIT_DONE;
}

static int unknown(const char *name)
{
	const char *names[COMMANDS_LIMIT];
	const char *near;

	list_commands(names);
	near = opn_suggest(name, names);
	fprintf(stderr, "opened: no command '%s'", name);
	if (near)
		fprintf(stderr, "; did you mean '%s'?", near);
	fputs("\nTry 'opened --help' for more information.\n", stderr);
	return OPN_EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!name) {
		help(stderr);
		return OPN_EXIT_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-?") || !strcmp(name, "help")) {
		help(stdout);
		return OPN_EXIT_DONE;
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		opn_cli_version(stdout, "opened");
		return OPN_EXIT_DONE;
	}
	if (!strncmp(name, "--completion=", strlen("--completion=")))
		return print_completion(name + strlen("--completion="));
	for (const struct opened_command *command = opened_commands; command->name; command++) {
		if (strcmp(command->name, name))
			continue;
		/* argp calls the program what stands first. */
		argv[1] = opn_cli_format("opened %s", name);
		return command->run(argc - 1, argv + 1);
	}
	for (size_t i = 0; tools[i][0]; i++) {
		if (!strcmp(tools[i][0], name))
			return run_tool(name, argv + 1);
	}
	return unknown(name);
}
