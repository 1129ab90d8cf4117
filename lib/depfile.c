// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * depfile.c - what a product was made from, as make and ninja read it
 *
 * Names are quoted as gcc and clang do it (clang: lib/Frontend/DependencyFile.cpp), which is what
 * make's include, ninja's depfile and CMake's DEPFILE all understand. No comment: ninja takes none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "depfile.h"

static bool has_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	}
	return false;
}

/* Backslashes count only before what needs one. */
static void add_name(struct opn_buf *buf, const char *name)
{
	size_t slashes = 0;

	for (; *name; name++) {
		if (*name == ' ' || *name == '#') {
			for (size_t i = 0; i < slashes + 1; i++)
				opn_buf_putc(buf, '\\');
		}
		if (*name == '$')
			opn_buf_putc(buf, '$');
		opn_buf_putc(buf, *name);
		slashes = *name == '\\' ? slashes + 1 : 0;
	}
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All files once, NULL-terminated, as they are to be written; the caller frees the array. */
static const char **collect(const char *const *const *lists, const char *directory)
{
	size_t count = 0, kept = 0, skip = directory ? strlen(directory) : 0;
	const char **all;

	for (size_t i = 0; lists[i]; i++) {
		for (size_t j = 0; lists[i][j]; j++)
			count++;
	}
	all = malloc((count + 1) * sizeof(*all));
	if (!all)
		return NULL;
	count = 0;
	for (size_t i = 0; lists[i]; i++) {
		for (size_t j = 0; lists[i][j]; j++) {
			const char *file = lists[i][j];

			if (skip > 1 && !strncmp(file, directory, skip) && file[skip] == '/')
				file += skip + 1;
			all[count++] = file;
		}
	}
	qsort(all, count, sizeof(*all), compare);
	for (size_t i = 0; i < count; i++) {
		if (!kept || strcmp(all[kept - 1], all[i]))
			all[kept++] = all[i];
	}
	all[kept] = NULL;
	return all;
}

static int check_names(const char *const *names, struct opn_diags *diags)
{
	for (; *names; names++) {
		if (has_control(*names))
			return opn_diag(
				diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, *names,
				"a dependency file cannot name a file with a control character");
	}
	return 0;
}

int opn_depfile_make(const char *const *targets, const char *const *const *files,
		     const char *directory, struct opn_diags *diags, char **out)
{
	bool is_absolute = targets[0] && *targets[0] == '/';
	const char **all = collect(files, is_absolute ? NULL : directory);
	struct opn_buf buf = { 0 };
	int error;

	*out = NULL;
	if (!all)
		return opn_diag(diags, OPN_DIAG_INTERNAL, OPN_NOWHERE, "out of memory");
	error = check_names(targets, diags);
	if (!error)
		error = check_names(all, diags);
	if (error) {
		free(all);
		return error;
	}
	for (const char *const *target = targets; *target; target++) {
		if (target != targets)
			opn_buf_putc(&buf, ' ');
		add_name(&buf, *target);
	}
	opn_buf_putc(&buf, ':');
	for (const char *const *file = all; *file; file++) {
		opn_buf_puts(&buf, " \\\n  ");
		add_name(&buf, *file);
	}
	opn_buf_putc(&buf, '\n');
	for (const char *const *file = all; *file; file++) {
		opn_buf_putc(&buf, '\n');
		add_name(&buf, *file);
		opn_buf_puts(&buf, ":\n");
	}
	free(all);
	*out = opn_buf_take(&buf);
	return *out ? 0 : opn_diag(diags, OPN_DIAG_INTERNAL, OPN_NOWHERE, "out of memory");
}

int opn_depfile_touch(const char *const *targets, struct opn_diags *diags)
{
	for (; *targets; targets++) {
		if (utimensat(AT_FDCWD, *targets, NULL, 0))
			return opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, *targets,
					strerror(errno));
	}
	return 0;
}
