/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * transform_diff.c - what would change, as diff(1) shows it
 */
#include "transform.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A descriptor from which text can be read, or -errno. */
static int text_file(const char *text, size_t length)
{
	int fd = memfd_create("opened", 0);
	int error;

	if (fd < 0)
		return -errno;
	error = opn_fd_write(fd, text, length);
	if (!error)
		return fd;
	close(fd);
	return error;
}

/* Runs diff on two descriptors; its output is ours. Returns 0 or -errno. */
static int run_diff(const struct transform_run *run, const char *path, int before, int after)
{
	char *labels[] = { opn_arena_printf(run->arena, "a/%s", path),
			   opn_arena_printf(run->arena, "b/%s", path) };
	char *files[] = { opn_arena_printf(run->arena, "/dev/fd/%d", before),
			  opn_arena_printf(run->arena, "/dev/fd/%d", after) };
	char *argv[] = { "diff",    "-u",     "--label", labels[0], "--label",
			 labels[1], files[0], files[1],	 NULL };
	int error, status;
	pid_t pid;

	fflush(stdout);
	error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (error)
		return -error;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	/* 1: they differ. */
	return WIFEXITED(status) && WEXITSTATUS(status) <= 1 ? 0 : -EIO;
}

static int diff_file(const struct transform_run *run, const struct opn_transformed_file *file)
{
	int before = text_file(file->before, file->before_length);
	int after = text_file(file->after, file->after_length);
	int error = before < 0 ? before : after < 0 ? after : 0;

	if (!error)
		error = run_diff(run, file->path, before, after);
	if (before >= 0)
		close(before);
	if (after >= 0)
		close(after);
	if (!error)
		return 0;
	return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, "the diff",
			error == -ENOENT ? "there is no diff(1)" : strerror(-error));
}

int transform_diff(const struct transform_run *run)
{
	int error = 0;

	for (size_t s = 0; s < run->source_count; s++) {
		size_t count;
		const struct opn_transformed_file *files =
			opn_transformation_files(run->sources[s].transformation, &count);

		for (size_t i = 0; i < count && !error; i++) {
			if (files[i].changed)
				error = diff_file(run, &files[i]);
		}
	}
	return error;
}
