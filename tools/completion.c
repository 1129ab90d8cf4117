/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * completion.c - a shell's completion script, made from the option tables that a tool parses with
 *
 * What an option takes is told by the name of its argument: "always|never" are the words
 * themselves, DIR is a folder, FILE, OUT and SOURCE are files, other names are the caller's words
 * or nothing that a shell could know. argp's tables have no field for it, and a second table would
 * soon tell another story than --help.
 */
#include "completion.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base.h"

enum kind { NO_ARGUMENT, WORDS, FOLDER, ANY_FILE, UNKNOWN };

struct opn_shown {
	const struct argp_option *row;	/* with the argument */
	const struct argp_option *name; /* an alias of it, or itself */
};

typedef void visit_option(const struct opn_completion *completion, const struct opn_shown *option,
			  FILE *out);

/* Calls visit for every option that --help shows. */
static void visit_options(const struct opn_completion *completion, const struct argp *argp,
			  visit_option *visit, FILE *out)
{
	const struct argp_option *row = argp->options;

	for (const struct argp_option *o = argp->options;
	     o && (o->name || o->key || o->doc || o->group); o++) {
		if (!(o->flags & OPTION_ALIAS))
			row = o;
		if (!(o->flags & (OPTION_HIDDEN | OPTION_DOC)) && (o->name || o->key))
			visit(completion, &(struct opn_shown){ row, o }, out);
	}
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		visit_options(completion, child->argp, visit, out);
}

static bool has_short(const struct argp_option *option)
{
	return option->key > 0 && option->key < 0x80 && isprint(option->key);
}

/* Whether the argument's name is its values: "json|sarif". */
static bool is_word_list(const char *argument)
{
	return strchr(argument, '|') &&
	       strspn(argument, "abcdefghijklmnopqrstuvwxyz0123456789-|") == strlen(argument);
}

static const char *const *caller_words(const struct opn_completion *completion,
				       const char *argument)
{
	const struct opn_completion_words *words = completion->words;

	for (; words && words->argument; words++) {
		if (!strcmp(words->argument, argument))
			return words->words;
	}
	return NULL;
}

static enum kind kind_of(const struct opn_completion *completion, const struct argp_option *option)
{
	const char *argument = option->arg;

	if (!argument)
		return NO_ARGUMENT;
	if (is_word_list(argument) || caller_words(completion, argument))
		return WORDS;
	if (!strcmp(argument, "DIR"))
		return FOLDER;
	if (!strncmp(argument, "FILE", 4) || !strcmp(argument, "OUT"))
		return ANY_FILE;
	return UNKNOWN;
}

static void print_words(const struct opn_completion *completion, const char *argument, FILE *out)
{
	const char *const *words = caller_words(completion, argument);

	for (size_t i = 0; words && words[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", words[i]);
	for (; !words && *argument; argument++)
		fputc(*argument == '|' ? ' ' : *argument, out);
}

/* The tool's name as a part of a function's. */
static void print_function(const char *tool, FILE *out)
{
	fputc('_', out);
	for (; *tool; tool++)
		fputc(isalnum((unsigned char)*tool) ? *tool : '_', out);
}

static void print_head(const char *tool, const char *shell, FILE *out)
{
	fprintf(out,
		"# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"
		"# made from the tool's own option tables: %s --completion=%s\n",
		tool, shell);
}

static void print_complete(const char *tool, FILE *out)
{
	fputs("complete -F ", out);
	print_function(tool, out);
	fprintf(out, " %s\n", tool);
}

/* ---- bash ---- */

static void bash_name(const struct opn_completion *completion, const struct opn_shown *option,
		      FILE *out)
{
	(void)completion;
	if (option->name->name)
		fprintf(out, " --%s%s", option->name->name,
			option->row->arg && !(option->row->flags & OPTION_ARG_OPTIONAL) ? "=" : "");
	else if (has_short(option->name))
		fprintf(out, " -%c", option->name->key);
}

/* A branch for what follows the option. */
static void bash_case(const struct opn_completion *completion, const struct opn_shown *option,
		      FILE *out)
{
	enum kind kind = kind_of(completion, option->row);
	const char *between = "\t";

	if (kind == NO_ARGUMENT)
		return;
	if (option->name->name) {
		fprintf(out, "\t--%s", option->name->name);
		between = " | ";
	}
	if (has_short(option->name))
		fprintf(out, "%s-%c", between, option->name->key);
	fputs(")\n\t\t", out);
	if (kind == WORDS) {
		fputs("COMPREPLY=($(compgen -W '", out);
		print_words(completion, option->row->arg, out);
		fputs("' -- \"$cur\"))\n", out);
	} else if (kind == FOLDER) {
		fputs("compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\"))\n", out);
	} else if (kind == ANY_FILE) {
		fputs("compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))\n", out);
	} else {
		fputs(":\n", out);
	}
	fputs("\t\treturn\n\t\t;;\n", out);
}

static void print_bash(const struct opn_completion *completion, FILE *out)
{
	print_head(completion->tool, "bash", out);
	print_function(completion->tool, out);
	/* Bash splits "--option=word" at the "=". */
	fputs("()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} word\n"
	      "\tCOMPREPLY=()\n"
	      "\tif [[ $cur == = ]]; then\n"
	      "\t\tcur=\n"
	      "\telif [[ $prev == = && $COMP_CWORD -gt 1 ]]; then\n"
	      "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	      "\tfi\n"
	      "\t# what follows -- is the compiler's\n"
	      "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	      "\t\tif [[ $word == -- ]]; then\n"
	      "\t\t\tcompopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))\n"
	      "\t\t\treturn\n"
	      "\t\tfi\n"
	      "\tdone\n"
	      "\tcase $prev in\n",
	      out);
	visit_options(completion, completion->argp, bash_case, out);
	fputs("\tesac\n\tif [[ $cur == -* ]]; then\n\t\tCOMPREPLY=($(compgen -W '", out);
	visit_options(completion, completion->argp, bash_name, out);
	fputs("' -- \"$cur\"))\n"
	      "\t\t[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n",
	      out);
	fputs("\telse\n"
	      "\t\tcompopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))\n"
	      "\tfi\n}\n",
	      out);
	if (!strchr(completion->tool, ' '))
		print_complete(completion->tool, out);
}

/* ---- zsh ---- */

/* Text in single quotes inside of "[...]" or ":...:" of _arguments. */
static void zsh_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '\'') {
			fputs("'\\''", out);
			continue;
		}
		if (strchr("[]:\\", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void zsh_argument(const struct opn_completion *completion, const struct opn_shown *option,
			 FILE *out)
{
	enum kind kind = kind_of(completion, option->row);

	if (kind == NO_ARGUMENT)
		return;
	fputc(':', out);
	zsh_text(option->row->arg, out);
	fputc(':', out);
	if (kind == WORDS) {
		fputc('(', out);
		print_words(completion, option->row->arg, out);
		fputc(')', out);
	} else if (kind == FOLDER) {
		fputs("_files -/", out);
	} else if (kind == ANY_FILE) {
		fputs("_files", out);
	} else {
		fputc(' ', out);
	}
}

static void zsh_spec(const struct opn_completion *completion, const struct opn_shown *option,
		     FILE *out, bool is_long)
{
	fputs(" \\\n\t'*", out);
	if (is_long)
		fprintf(out, "--%s%s", option->name->name, option->row->arg ? "=" : "");
	else
		fprintf(out, "-%c%s", option->name->key, option->row->arg ? "+" : "");
	if (option->row->doc) {
		fputc('[', out);
		zsh_text(option->row->doc, out);
		fputc(']', out);
	}
	zsh_argument(completion, option, out);
	fputc('\'', out);
}

static void zsh_option(const struct opn_completion *completion, const struct opn_shown *option,
		       FILE *out)
{
	if (has_short(option->name))
		zsh_spec(completion, option, out, false);
	if (option->name->name)
		zsh_spec(completion, option, out, true);
}

static void print_zsh(const struct opn_completion *completion, FILE *out)
{
	if (!strchr(completion->tool, ' '))
		fprintf(out, "#compdef %s\n", completion->tool);
	print_head(completion->tool, "zsh", out);
	fputs("_arguments -s -S", out);
	visit_options(completion, completion->argp, zsh_option, out);
	fputs(" \\\n\t'*:file:_files'\n", out);
}

void opn_completion_print(const struct opn_completion *completion, enum opn_shell shell, FILE *out)
{
	switch (shell) {
	case OPN_SHELL_BASH:
		print_bash(completion, out);
		break;
	case OPN_SHELL_ZSH:
		print_zsh(completion, out);
		break;
	}
}

/* ---- a tool with commands ---- */

static void print_list(const char *const *words, FILE *out)
{
	for (size_t i = 0; words[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", words[i]);
}

static void print_bash_commands(const char *tool, const char *const *commands, FILE *out)
{
	print_head(tool, "bash", out);
	print_function(tool, out);
	fputs("()\n{\n\tlocal commands='", out);
	print_list(commands, out);
	fputs("' function=", out);
	print_function(tool, out);
	fprintf(out,
		"_${COMP_WORDS[1]}\n"
		"\tCOMPREPLY=()\n"
		"\tif [[ $COMP_CWORD -eq 1 ]]; then\n"
		"\t\tCOMPREPLY=($(compgen -W \"$commands --help --version\" -- "
		"\"${COMP_WORDS[1]}\"))\n"
		"\t\treturn\n"
		"\tfi\n"
		"\t[[ \" $commands \" == *\" ${COMP_WORDS[1]} \"* ]] || return\n"
		"\tdeclare -F \"$function\" >/dev/null ||\n"
		"\t\tsource <(%s \"${COMP_WORDS[1]}\" --completion=bash 2>/dev/null)\n"
		"\t! declare -F \"$function\" >/dev/null || \"$function\"\n"
		"}\n",
		tool);
	print_complete(tool, out);
}

static void print_zsh_commands(const char *tool, const char *const *commands, FILE *out)
{
	fprintf(out, "#compdef %s\n", tool);
	print_head(tool, "zsh", out);
	fputs("local -a commands=(", out);
	print_list(commands, out);
	fprintf(out,
		")\n"
		"if (( CURRENT == 2 )); then\n"
		"\tcompadd -- $commands --help --version\n"
		"elif (( $commands[(Ie)$words[2]] )); then\n"
		"\tlocal command=$words[2]\n"
		"\tshift words\n"
		"\t(( CURRENT-- ))\n"
		"\teval \"$(%s $command --completion=zsh 2>/dev/null)\"\n"
		"fi\n",
		tool);
}

void opn_completion_print_commands(const char *tool, const char *const *commands,
				   enum opn_shell shell, FILE *out)
{
	switch (shell) {
	case OPN_SHELL_BASH:
		print_bash_commands(tool, commands, out);
		break;
	case OPN_SHELL_ZSH:
		print_zsh_commands(tool, commands, out);
		break;
	}
}
