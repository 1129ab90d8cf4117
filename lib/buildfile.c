// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * buildfile.c - the Makefile and the compile database beside a unit
 *
 * A word passes two readers: make turns "$$" into "$", then the shell sees it in single quotes. The
 * project's root goes through the environment, so that whatever it is called needs no quoting. In
 * the names of targets GNU make has escapes for space, '#' and ':' only (manual, "Rule Syntax");
 * names with its other special characters are refused.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "buildfile.h"
#include "json.h"
#include "output.h"

static const char root_mark[] = "@ROOT@";

enum { ROOT_MARK_LENGTH = sizeof(root_mark) - 1 };

/* ---- names ---- */

static bool has_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	}
	return false;
}

static int refuse(struct opn_diags *diags, const char *name, const char *why)
{
	return opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, name, why);
}

static int check_name(const char *name, struct opn_diags *diags)
{
	if (!*name || has_control(name))
		return refuse(diags, name,
			      "a Makefile cannot name a file with a control character");
	if (*name == '~' || strpbrk(name, "\\%*?[]=;|"))
		return refuse(diags, name,
			      "a Makefile cannot name a file with '\\', '%', '*', '?', '[', ']', "
			      "'=', ';', '|' or a leading '~'");
	return opn_path_contained(name) ? 0
					: refuse(diags, name, "it is not inside the output folder");
}

/* The object of a variant: "x.bpf.c" gives x.bpf.o, x.2.bpf.o, ... */
static void add_object(struct opn_buf *buf, const char *source, size_t variant)
{
	size_t length = strlen(source), stem;
	const char *kind = ".o";

	if (length > 2 && !strcmp(source + length - 2, ".c"))
		length -= 2;
	stem = length;
	if (stem > 4 && !strncmp(source + stem - 4, ".bpf", 4)) {
		stem -= 4;
		kind = ".bpf.o";
	}
	opn_buf_add(buf, source, stem);
	if (variant)
		opn_buf_printf(buf, ".%zu", variant + 1);
	opn_buf_puts(buf, kind);
}

static char *object_name(const char *source, size_t variant)
{
	struct opn_buf buf = { 0 };

	add_object(&buf, source, variant);
	return opn_buf_take(&buf);
}

/* ---- quoting ---- */

/* A name in a rule's line, as make reads it. */
static void add_target(struct opn_buf *buf, const char *name)
{
	for (; *name; name++) {
		if (*name == ' ' || *name == '#' || *name == ':')
			opn_buf_putc(buf, '\\');
		if (*name == '$')
			opn_buf_putc(buf, '$');
		opn_buf_putc(buf, *name);
	}
}

static bool is_plain(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)text[i]) && !strchr("_-./+,:@%^=", text[i]))
			return false;
	}
	return length;
}

/* Text in a recipe, as make and then the shell read it. */
static void add_quoted(struct opn_buf *buf, const char *text, size_t length)
{
	if (is_plain(text, length)) {
		opn_buf_add(buf, text, length);
		return;
	}
	opn_buf_putc(buf, '\'');
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\'')
			opn_buf_puts(buf, "'\\''");
		else if (text[i] == '$')
			opn_buf_puts(buf, "$$");
		else
			opn_buf_putc(buf, text[i]);
	}
	opn_buf_putc(buf, '\'');
}

/* A flag in a recipe; the root's mark becomes the environment's variable. */
static void add_word(struct opn_buf *buf, const char *word)
{
	const char *mark = strstr(word, root_mark);

	if (!*word)
		opn_buf_puts(buf, "''");
	for (; mark; mark = strstr(word, root_mark)) {
		if (mark > word)
			add_quoted(buf, word, (size_t)(mark - word));
		opn_buf_puts(buf, "\"$$OPENED_ROOT\"");
		word = mark + ROOT_MARK_LENGTH;
	}
	if (*word)
		add_quoted(buf, word, strlen(word));
}

/* A file name as an argument: never taken for an option. */
static void add_file(struct opn_buf *buf, const char *name)
{
	struct opn_buf path = { 0 };

	opn_buf_printf(&path, "%s%s", *name == '-' ? "./" : "", name);
	if (path.failed)
		buf->failed = true;
	else
		add_quoted(buf, path.data, path.length);
	opn_buf_free(&path);
}

/* The value of a variable: "#" begins a comment, and what stands before "\#" is halved. */
static void add_value(struct opn_buf *buf, const char *text)
{
	for (; *text; text++) {
		size_t slashes = strspn(text, "\\");

		if (slashes && text[slashes] == '#') {
			for (size_t i = 0; i < 2 * slashes; i++)
				opn_buf_putc(buf, '\\');
			text += slashes;
		}
		if (*text == '#')
			opn_buf_putc(buf, '\\');
		if (*text == '$')
			opn_buf_putc(buf, '$');
		opn_buf_putc(buf, *text);
	}
}

/* ---- the Makefile ---- */

static bool uses_root(const struct opn_build_info *info)
{
	for (size_t i = 0; i < info->unit_count; i++) {
		const struct opn_build_unit *unit = &info->units[i];

		for (size_t j = 0; j < unit->flags_count; j++) {
			for (const char *const *flag = unit->flags[j]; *flag; flag++) {
				if (strstr(*flag, root_mark))
					return true;
			}
		}
	}
	return false;
}

static int check_info(const struct opn_build_info *info, struct opn_diags *diags)
{
	const char *root = info->root ? info->root : ".";

	/* make drops leading blanks and takes a last backslash for a continuation */
	if (!*root || has_control(root) || *root == ' ' || root[strlen(root) - 1] == '\\')
		return refuse(diags, root, "a Makefile cannot name this folder");
	if (info->compiler && (!*info->compiler || has_control(info->compiler)))
		return refuse(diags, info->compiler, "a Makefile cannot name this compiler");
	for (size_t i = 0; i < info->unit_count; i++) {
		const struct opn_build_unit *unit = &info->units[i];
		int error = check_name(unit->source, diags);

		for (size_t j = 0; !error && j < unit->flags_count; j++) {
			for (const char *const *flag = unit->flags[j]; !error && *flag; flag++) {
				if (strpbrk(*flag, "\n\r"))
					error = refuse(diags, *flag,
						       "a flag with a line break cannot stand in a "
						       "Makefile");
			}
		}
		if (error)
			return error;
	}
	return 0;
}

/* Calls add for every object, with text before each. */
static void add_objects(struct opn_buf *buf, const struct opn_build_info *info, const char *before,
			void (*add)(struct opn_buf *, const char *))
{
	for (size_t i = 0; i < info->unit_count; i++) {
		for (size_t j = 0; j < info->units[i].flags_count; j++) {
			char *object = object_name(info->units[i].source, j);

			opn_buf_puts(buf, before);
			if (object)
				add(buf, object);
			else
				buf->failed = true;
			free(object);
		}
	}
}

static void add_rule(struct opn_buf *buf, const struct opn_build_unit *unit, size_t variant)
{
	char *object = object_name(unit->source, variant);

	if (!object) {
		buf->failed = true;
		return;
	}
	opn_buf_putc(buf, '\n');
	add_target(buf, object);
	opn_buf_puts(buf, ": ");
	add_target(buf, unit->source);
	opn_buf_puts(buf, "\n\t$(CLANG)");
	for (const char *const *flag = unit->flags[variant]; *flag; flag++) {
		opn_buf_putc(buf, ' ');
		add_word(buf, *flag);
	}
	opn_buf_puts(buf, " $(EXTRA_CFLAGS) -c ");
	add_file(buf, unit->source);
	opn_buf_puts(buf, " -o ");
	add_file(buf, object);
	opn_buf_putc(buf, '\n');
	free(object);
}

static void add_head(struct opn_buf *buf, const struct opn_build_info *info)
{
	opn_buf_printf(buf, "# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause\n# %s\n",
		       info->marker ? info->marker : OPN_OUTPUT_MARKER);
}

int opn_buildfile_make(const struct opn_build_info *info, struct opn_diags *diags, char **out)
{
	const char *compiler = info->compiler ? info->compiler : "clang";
	struct opn_buf buf = { 0 }, quoted = { 0 };
	int error = check_info(info, diags);

	*out = NULL;
	if (error)
		return error;
	add_head(&buf, info);
	opn_buf_puts(&buf, "\nCLANG ?= ");
	/* the shell's quotes first; make's escapes are those of a value, and "$$" is its own */
	add_quoted(&quoted, compiler, strlen(compiler));
	if (quoted.failed)
		buf.failed = true;
	for (const char *s = quoted.failed ? "" : quoted.data; *s; s++) {
		if (*s == '#')
			opn_buf_putc(&buf, '\\');
		opn_buf_putc(&buf, *s);
	}
	opn_buf_puts(&buf, "\nEXTRA_CFLAGS ?=\n");
	if (uses_root(info)) {
		opn_buf_puts(&buf, "# the project that the units are from\nOPENED_ROOT ?= ");
		add_value(&buf, info->root ? info->root : ".");
		opn_buf_puts(&buf, "\nexport OPENED_ROOT\n");
	}
	opn_buf_puts(&buf, "\nall:");
	add_objects(&buf, info, " \\\n\t", add_target);
	opn_buf_putc(&buf, '\n');
	for (size_t i = 0; i < info->unit_count; i++) {
		for (size_t j = 0; j < info->units[i].flags_count; j++)
			add_rule(&buf, &info->units[i], j);
	}
	opn_buf_puts(&buf, "\nclean:\n\trm -f");
	add_objects(&buf, info, " ", add_file);
	opn_buf_puts(&buf, "\n\n.PHONY: all clean\n.DELETE_ON_ERROR:\n");
	opn_buf_free(&quoted);
	*out = opn_buf_take(&buf);
	return *out ? 0 : refuse(diags, "Makefile", "out of memory");
}

/* ---- compile_commands.json ---- */

static json_t *flag_json(const char *flag, const char *root)
{
	struct opn_buf buf = { 0 };
	const char *mark;
	json_t *value;

	while ((mark = strstr(flag, root_mark))) {
		opn_buf_add(&buf, flag, (size_t)(mark - flag));
		opn_buf_puts(&buf, root);
		flag = mark + ROOT_MARK_LENGTH;
	}
	opn_buf_puts(&buf, flag);
	value = buf.failed ? NULL : opn_json_string(buf.data);
	opn_buf_free(&buf);
	return value;
}

static json_t *entry_json(const struct opn_build_info *info, const struct opn_build_unit *unit,
			  size_t variant)
{
	char *object = object_name(unit->source, variant);
	json_t *arguments = json_array(), *entry = json_object();

	arguments = opn_json_append(arguments,
				    opn_json_string(info->compiler ? info->compiler : "clang"));
	for (const char *const *flag = unit->flags[variant]; *flag; flag++)
		arguments =
			opn_json_append(arguments, flag_json(*flag, info->root ? info->root : "."));
	arguments = opn_json_append(arguments, json_string("-c"));
	arguments = opn_json_append(arguments, opn_json_string(unit->source));
	arguments = opn_json_append(arguments, json_string("-o"));
	arguments = opn_json_append(arguments, object ? opn_json_string(object) : NULL);
	free(object);
	entry = opn_json_set(entry, "directory",
			     opn_json_string(info->directory ? info->directory : "."));
	entry = opn_json_set(entry, "file", opn_json_string(unit->source));
	return opn_json_set(entry, "arguments", arguments);
}

int opn_buildfile_commands(const struct opn_build_info *info, struct opn_diags *diags, char **out)
{
	json_t *entries = json_array();

	for (size_t i = 0; i < info->unit_count; i++) {
		for (size_t j = 0; j < info->units[i].flags_count; j++)
			entries = opn_json_append(entries, entry_json(info, &info->units[i], j));
	}
	*out = opn_json_text(entries);
	return *out ? 0 : refuse(diags, "compile_commands.json", "out of memory");
}

/* ---- .clangd ---- */

/* A regular expression that matches just this file in any folder. */
static void add_pattern(struct opn_buf *buf, const char *source)
{
	opn_buf_puts(buf, "(.*/)?");
	for (const char *s = source; *s; s++) {
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '/' && *s != '-')
			opn_buf_putc(buf, '\\');
		opn_buf_putc(buf, *s);
	}
}

static json_t *fragment_json(const struct opn_build_info *info, const struct opn_build_unit *unit)
{
	json_t *flags = json_array(), *condition = json_object(), *compile = json_object();
	json_t *fragment = json_object();
	struct opn_buf pattern = { 0 }, up = { 0 }, root = { 0 };

	/* clangd compiles in the source's own folder */
	opn_buf_puts(&up, "");
	for (const char *slash = strchr(unit->source, '/'); slash; slash = strchr(slash + 1, '/'))
		opn_buf_puts(&up, "../");
	opn_buf_printf(&root, "%s%s", up.failed ? "" : up.data, info->root ? info->root : ".");
	for (const char *const *flag = unit->flags[0]; !root.failed && *flag; flag++) {
		struct opn_buf word = { 0 };
		bool relative = !strncmp(*flag, "-I", 2) && (*flag)[2] && (*flag)[2] != '/' &&
				(*flag)[2] != '@';

		opn_buf_printf(&word, "%s%s%s", relative ? "-I" : "", relative ? up.data : "",
			       *flag + (relative ? 2 : 0));
		flags = opn_json_append(flags,
					word.failed ? NULL : flag_json(word.data, root.data));
		opn_buf_free(&word);
	}
	opn_buf_free(&up);
	opn_buf_free(&root);
	add_pattern(&pattern, unit->source);
	condition = opn_json_set(condition, "PathMatch",
				 pattern.failed ? NULL : opn_json_string(pattern.data));
	opn_buf_free(&pattern);
	compile = opn_json_set(compile, "Add", flags);
	fragment = opn_json_set(fragment, "If", condition);
	return opn_json_set(fragment, "CompileFlags", compile);
}

int opn_buildfile_clangd(const struct opn_build_info *info, struct opn_diags *diags, char **out)
{
	struct opn_buf buf = { 0 };
	int error = check_info(info, diags);

	*out = NULL;
	if (error)
		return error;
	add_head(&buf, info);
	for (size_t i = 0; i < info->unit_count; i++) {
		json_t *fragment = fragment_json(info, &info->units[i]);
		char *text = fragment ? json_dumps(fragment, JSON_INDENT(2)) : NULL;

		if (text)
			opn_buf_printf(&buf, "---\n%s\n", text);
		else
			buf.failed = true;
		free(text);
		json_decref(fragment);
	}
	*out = opn_buf_take(&buf);
	return *out ? 0 : refuse(diags, ".clangd", "out of memory");
}
