/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * cli.h - the options that all tools share, and how a tool ends
 *
 * A tool has an argp of its own with opn_cli_argp as a child, and hands argc and argv to
 * opn_cli_parse(). argp keeps its settings in process-wide variables, which is why all of this is
 * in tools/ and not in the library.
 */
#ifndef OPN_CLI_H
#define OPN_CLI_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "diag.h"
#include "rewriters.h"

enum opn_exit {
	OPN_EXIT_DONE = 0,
	OPN_EXIT_REFUSED = 1,
	OPN_EXIT_USAGE = 2,
	OPN_EXIT_DECISION = 3,
	OPN_EXIT_INTERNAL = 70,
};

enum opn_colour_when { OPN_COLOUR_AUTO, OPN_COLOUR_ALWAYS, OPN_COLOUR_NEVER };

/* A growing list of words, NULL-terminated once it holds one. */
struct opn_words {
	char **word; /* NULL while empty */
	size_t count;
};

struct opn_cli {
	const char *tool; /* the program's name, without its folder */
	struct opn_commands_options commands;
	struct opn_words extra, extra_before;
	const char *output;	 /* NULL: not given */
	const char *output_help; /* what -o says, where it is not "Write to OUT"; or NULL */
	unsigned int jobs;
	enum opn_colour_when colour;
	bool quiet, verbose, force;
	const char *diag_output; /* NULL: not given */
	enum opn_diag_format diag_format;
	const char *hookdefs; /* as given; opn_cli_hookdefs() finds the folder */
};

/* The parser of the shared options; the parent hands it a struct opn_cli as child input. */
extern const struct argp opn_cli_argp;
/* The same of a tool that compiles nothing by itself. */
extern const struct argp opn_cli_plain_argp;

/* Parses argv with the tool's own argp, after taking off what follows "--". input is the tool's
 * own. Ends the process for --help, --version and usage errors (2). */
void opn_cli_parse(struct opn_cli *cli, const struct argp *argp, int argc, char **argv,
		   void *input);

/* Appends one word; the word itself is not copied. */
void opn_words_add(struct opn_words *words, char *word);

/* The folder of the hook tables: --hookdefs, OPENED_HOOKDEFS, beside the executable, where they
 * are installed. Allocated; never NULL, but what it names need not exist. */
char *opn_cli_hookdefs(const struct opn_cli *cli);

/* Bytes of stack for what parses: Clang's parser recurses, deeper than a thread's default goes, and
 * Clang 22's deeper than that of a process. */
#define OPN_CLI_STACK ((size_t)64 << 20)
/* Gives that much to the first thread, which the kernel lets grow; false: it is not allowed. */
bool opn_cli_raise_stack(void);

/* The folder of the tools: that of the executable, or where they are installed. Allocated. */
char *opn_cli_folder(void);

/* A section of a page of docs/, by the titles of both: its title's line and its text. Allocated;
 * NULL: there is none, or the page is not there. */
char *opn_cli_section(const char *page, const char *title);

/* What --version prints. */
void opn_cli_version(FILE *stream, const char *name);

/* The script that runs virtual machines: beside the executable, or where it is installed.
 * Allocated; NULL: it is not there. */
char *opn_cli_machine(void);

/* Whether diagnostics on stderr are coloured. */
bool opn_cli_coloured(const struct opn_cli *cli);

/* Writes --diag-output, if given, and returns the status that the run exits with. */
int opn_cli_finish(const struct opn_cli *cli, struct opn_diags *diags);

/* From here on the first SIGINT, SIGTERM or SIGHUP only makes opn_cli_interrupted() true, so that
 * the tool can take back what it staged; the second one ends the process at once. */
void opn_cli_catch_signals(void);
bool opn_cli_interrupted(void);
/* Ends the process by the signal that was caught, as if it had not been; returns without one. */
void opn_cli_resume_signal(void);

/* Says that memory ran out and ends the process (70); an arena's handler. */
void opn_cli_no_memory(void *unused) __attribute__((noreturn));

/* malloc() and friends that end the process (70) instead of returning NULL. */
void *opn_cli_alloc(size_t count, size_t size);
char *opn_cli_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
