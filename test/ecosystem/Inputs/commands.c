// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* commands.c - a tool with commands: two that are other tools, one of its own */
#include <string.h>
#include <unistd.h>

#include "completion.h"

static const char *const commands[] = { "extract", "transform", "own", NULL };

static const struct argp_option options[] = {
	{ "speed", 's', "fast|slow", 0, "How", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};

int main(int argc, char **argv)
{
	const struct argp own = { options, NULL, NULL, NULL, NULL, NULL, NULL };
	const struct opn_completion completion = { "opened own", &own, NULL };
	enum opn_shell shell;

	if (argc < 2)
		return 2;
	shell = strstr(argv[argc - 1], "zsh") ? OPN_SHELL_ZSH : OPN_SHELL_BASH;
	if (!strcmp(argv[1], "extract") || !strcmp(argv[1], "transform"))
		return execlp(argv[1][0] == 'e' ? "opened-extract" : "opened-transform",
			      argv[1][0] == 'e' ? "opened-extract" : "opened-transform",
			      argv[argc - 1], NULL);
	if (!strcmp(argv[1], "own"))
		opn_completion_print(&completion, shell, stdout);
	else
		opn_completion_print_commands("opened", commands, shell, stdout);
	return 0;
}
