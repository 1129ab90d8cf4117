// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * output_state.c - what beginning and committing an output have in common
 *
 * Below the output folder every component is opened without following symbolic links, at the check
 * and again at the commit, so that nothing lands outside.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output_state.h"

const char *opn_output_shown(struct opn_output *output, const char *path)
{
	const char *shown = NULL;

	if (path && output->is_directory)
		shown = opn_arena_printf(output->arena, "%s/%s", output->target, path);
	return shown ? shown : output->target;
}

int opn_output_failed(struct opn_output *output, const char *path, int error)
{
	return opn_diag(output->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE,
			opn_output_shown(output, path), strerror(-error));
}

int opn_output_foreign(struct opn_output *output, const char *path, const char *why)
{
	int error = opn_diag(output->diags, OPN_DIAG_OUTPUT_FOREIGN, OPN_NOWHERE,
			     opn_output_shown(output, path));

	opn_diag_note(output->diags, OPN_NOWHERE, "%s", why);
	return error;
}

int opn_output_step(struct opn_output *output, const char *path, size_t length, bool is_folder)
{
	struct opn_output_action *step = opn_arena_alloc(output->arena, sizeof(*step));

	if (!step)
		return -ENOMEM;
	step->path = opn_arena_strndup(output->arena, path, length);
	if (!step->path)
		return -ENOMEM;
	step->is_folder = is_folder;
	step->previous = output->steps;
	output->steps = step;
	return 0;
}

int opn_output_parent(struct opn_output *output, const char *path, bool create, const char **name)
{
	const char *component = path, *slash;
	int fd = fcntl(output->dirfd, F_DUPFD_CLOEXEC, 0);
	int error = fd < 0 ? -errno : 0;

	while (!error && (slash = strchr(component, '/'))) {
		char *folder = strndup(component, (size_t)(slash - component));
		int next = -1;

		if (!folder) {
			error = -ENOMEM;
			break;
		}
		if (create && !mkdirat(fd, folder, 0777))
			error = opn_output_step(output, path, (size_t)(slash - path), true);
		else if (create && errno != EEXIST)
			error = -errno;
		if (!error)
			next = openat(fd, folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (!error && next < 0)
			error = -errno;
		free(folder);
		close(fd);
		fd = next;
		component = slash + 1;
	}
	if (error) {
		if (fd >= 0)
			close(fd);
		return error;
	}
	*name = component;
	return fd;
}

int opn_output_stage(struct opn_output *output)
{
	int fd;

	if (output->stagefd >= 0)
		return 0;
	fd = opn_temporary_create(output->dirfd, true, output->stage);
	if (fd < 0) {
		output->stage[0] = '\0';
		return fd;
	}
	output->stagefd = fd;
	return 0;
}

int opn_output_stage_text(struct opn_output *output, const char *text, size_t length, char name[32])
{
	int error = opn_output_stage(output), fd;

	if (error)
		return error;
	snprintf(name, 32, "%zu", output->counter++);
	fd = openat(output->stagefd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0666);
	if (fd < 0)
		return -errno;
	error = opn_fd_write(fd, text, length);
	/* some file systems say only here that the disk is full */
	if (close(fd) && !error)
		error = -errno;
	return error;
}

void opn_output_unstage(struct opn_output *output)
{
	char name[32];

	if (output->stagefd < 0)
		return;
	for (size_t i = 0; i < output->counter; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		unlinkat(output->stagefd, name, 0);
	}
	close(output->stagefd);
	output->stagefd = -1;
	unlinkat(output->dirfd, output->stage, AT_REMOVEDIR);
}
