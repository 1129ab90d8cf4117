/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * completion.h - a shell's completion script, made from the option tables that a tool parses with
 */
#ifndef OPN_COMPLETION_H
#define OPN_COMPLETION_H

#include <argp.h>
#include <stdio.h>

enum opn_shell { OPN_SHELL_BASH, OPN_SHELL_ZSH };

/* Words that the tables of options cannot know. */
struct opn_completion_words {
	const char *argument;	  /* what stands for them in an option table: "HOOK" */
	const char *const *words; /* NULL-terminated */
};

struct opn_completion {
	/* The command's name; one of a tool with commands, "opened run", has a blank, and its
	 * script is for opn_completion_print_commands(). */
	const char *tool;
	const struct argp *argp;		  /* with all of its children */
	const struct opn_completion_words *words; /* until argument is NULL; may be NULL */
};

void opn_completion_print(const struct opn_completion *completion, enum opn_shell shell, FILE *out);

/* The script of a tool with commands (NULL-terminated): it asks each for its own script, by
 * "TOOL COMMAND --completion=SHELL", when it is first wanted. */
void opn_completion_print_commands(const char *tool, const char *const *commands,
				   enum opn_shell shell, FILE *out);

#endif
