// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * output_commit.c - making an output visible, or putting back what was there
 *
 * Every file that is replaced is kept as a hard link in the staging folder until the last rename
 * has worked; an error undoes the steps in reverse, and being killed does not stop them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "json.h"
#include "output_state.h"

/* Keeps what stands at name in the staging folder, and in its place unless move. Returns 0, also
 * when nothing is there, or -errno. */
static int back_up(struct opn_output *output, int fd, const char *name, bool move)
{
	struct opn_output_action *step = output->steps;
	char backup[32];
	int error = opn_output_stage(output);

	if (error)
		return error;
	snprintf(backup, sizeof(backup), "%zu", output->counter++);
	if (!move && !linkat(fd, name, output->stagefd, backup, 0)) {
		strcpy(step->backup, backup);
		return 0;
	}
	/* not every file system has hard links */
	if (errno == ENOENT && !move)
		return 0;
	if (!renameat(fd, name, output->stagefd, backup)) {
		strcpy(step->backup, backup);
		return 0;
	}
	return errno == ENOENT ? 0 : -errno;
}

/* Puts a staged file in its place, or removes what is there when staged is NULL. */
static int place(struct opn_output *output, const char *path, const char *staged)
{
	const char *name;
	int fd = opn_output_parent(output, path, staged, &name), error;

	if (fd < 0)
		return !staged && fd == -ENOENT ? 0 : fd;
	error = opn_output_step(output, path, strlen(path), false);
	if (error) {
		close(fd);
		return error;
	}
	error = back_up(output, fd, name, !staged);
	if (!error && staged && renameat(output->stagefd, staged, fd, name))
		error = -errno;
	/* nothing was done here, so that undoing must not touch it */
	if (error && !output->steps->backup[0])
		output->steps = output->steps->previous;
	close(fd);
	return error;
}

static void undo_step(struct opn_output *output, const struct opn_output_action *step)
{
	const char *name;
	int fd = opn_output_parent(output, step->path, false, &name);

	if (fd < 0)
		return;
	if (step->is_folder)
		unlinkat(fd, name, AT_REMOVEDIR);
	else if (step->backup[0])
		renameat(output->stagefd, step->backup, fd, name);
	else
		unlinkat(fd, name, 0);
	close(fd);
}

static void undo(struct opn_output *output)
{
	for (const struct opn_output_action *step = output->steps; step; step = step->previous)
		undo_step(output, step);
	output->steps = NULL;
}

static const struct opn_output_staged *find_staged(const struct opn_output *output,
						   const char *path)
{
	for (const struct opn_output_staged *file = output->files; file; file = file->next) {
		if (!strcmp(file->path, path))
			return file;
	}
	return NULL;
}

/* Whether a file that is no longer produced is to be removed: 1, 0 when it is no file of ours any
 * more, or an error (reported). */
static int check_stale(struct opn_output *output, const char *path, const char *listed)
{
	const char *name;
	int fd = opn_output_parent(output, path, false, &name), error;
	char *text, hash[OPN_HASH_SIZE];
	size_t length;

	if (fd < 0)
		return 0;
	error = opn_file_read_at(fd, name, 0, &text, &length);
	close(fd);
	if (error)
		return 0;
	opn_hash_hex(text, length, hash);
	free(text);
	if (output->force || !strcmp(hash, listed))
		return 1;
	return opn_output_foreign(
		output, path,
		"this tool wrote a file there, but not this text: it was edited since, and would "
		"now be removed");
}

/* Leaves in the old list what is to be removed. */
static int find_stale(struct opn_output *output)
{
	const char *path;
	json_t *value;
	void *next;

	json_object_foreach_safe(output->list, next, path, value)
	{
		int stale = find_staged(output, path)
				    ? 0
				    : check_stale(output, path, json_string_value(value));

		if (stale < 0)
			return stale;
		if (!stale)
			json_object_del(output->list, path);
	}
	return 0;
}

/* Stages the list of files, unless the one there is equal; then name is empty. */
static int stage_list(struct opn_output *output, char name[32])
{
	json_t *files = json_object(), *root = json_object();
	char *text, *old = NULL;
	size_t old_length;
	int error = 0;

	for (const struct opn_output_staged *file = output->files; file; file = file->next)
		files = opn_json_set(files, file->path, json_string(file->hash));
	root = opn_json_set(root, "version", json_integer(OPN_OUTPUT_LIST_VERSION));
	root = opn_json_set(root, "files", files);
	text = opn_json_text(root);
	if (!text)
		return -ENOMEM;
	name[0] = '\0';
	if (opn_file_read_at(output->dirfd, OPN_OUTPUT_LIST, OPN_OUTPUT_LIST_LIMIT, &old,
			     &old_length) ||
	    strcmp(old, text))
		error = opn_output_stage_text(output, text, strlen(text), name);
	free(old);
	free(text);
	return error;
}

/* Removes folders that lost their last file. */
static void prune_folders(struct opn_output *output)
{
	const char *path, *name;
	json_t *value;

	json_object_foreach(output->list, path, value)
	{
		char *folder = strdup(path), *slash;

		while (folder && (slash = strrchr(folder, '/'))) {
			int fd, error;

			*slash = '\0';
			fd = opn_output_parent(output, folder, false, &name);
			error = fd < 0 || unlinkat(fd, name, AT_REMOVEDIR);
			if (fd >= 0)
				close(fd);
			if (error)
				break;
		}
		free(folder);
	}
}

/* What is left to do when all is staged: list is the staged list of files, or empty. On an error
 * *path is what could not be placed. */
static int place_all(struct opn_output *output, const char *list, const char **path)
{
	json_t *value;
	int error = 0;

	for (const struct opn_output_staged *file = output->files; file; file = file->next) {
		*path = file->path;
		error = file->name[0] ? place(output, file->path, file->name) : 0;
		if (error)
			return error;
	}
	json_object_foreach(output->list, *path, value)
	{
		error = place(output, *path, NULL);
		if (error)
			return error;
	}
	*path = OPN_OUTPUT_LIST;
	return list[0] ? place(output, OPN_OUTPUT_LIST, list) : 0;
}

/* What the process that places the files answers; the path is of the memory before it began. */
struct placed {
	int error;
	const char *path;
};

static void place_and_answer(struct opn_output *output, const char *list, int answer)
{
	struct placed placed = { 0 };

	setsid();
	placed.error = place_all(output, list, &placed.path);
	if (placed.error)
		undo(output);
	else
		prune_folders(output);
	opn_output_unstage(output);
	if (write(answer, &placed, sizeof(placed)) != sizeof(placed))
		_exit(1);
	_exit(0);
}

/*
 * In a folder that people already look at the files get their places one by one. That is done by a
 * process in a session of its own, so that whoever ends this one, or all of its group, finds the
 * folder as it was or as it is to be, and nothing between.
 */
static int place_apart(struct opn_output *output, const char *list, const char **path)
{
	struct placed placed = { .error = -EIO };
	int ends[2];
	pid_t child = -1;

	if (!pipe2(ends, O_CLOEXEC)) {
		child = fork();
		if (!child)
			place_and_answer(output, list, ends[1]);
		close(ends[1]);
		while (child > 0 && read(ends[0], &placed, sizeof(placed)) < 0 && errno == EINTR)
			;
		close(ends[0]);
	}
	if (child < 0)
		return place_all(output, list, path);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	*path = placed.path;
	return placed.error;
}

static int commit_files(struct opn_output *output)
{
	const char *path = NULL;
	char list[32] = "";
	int error = output->is_directory ? find_stale(output) : 0;

	if (error)
		return error;
	error = output->is_directory ? stage_list(output, list) : 0;
	if (!error)
		error = output->is_directory && !output->is_new ? place_apart(output, list, &path)
								: place_all(output, list, &path);
	return error ? opn_output_failed(output, path, error) : 0;
}

/* Gives a new folder its name. */
static int publish(struct opn_output *output)
{
	if (renameat2(output->parentfd, output->temporary, output->parentfd, output->name,
		      RENAME_NOREPLACE) == 0)
		return 0;
	/* EINVAL: the file system cannot; a folder only replaces an empty one in any case */
	if (errno == EINVAL &&
	    !renameat(output->parentfd, output->temporary, output->parentfd, output->name))
		return 0;
	return opn_output_failed(output, NULL, -errno);
}

static int write_special(struct opn_output *output)
{
	int fd, error;

	if (!output->special_text)
		return 0;
	fd = openat(output->parentfd, output->name, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return opn_output_failed(output, NULL, -errno);
	error = opn_fd_write(fd, output->special_text, output->special_length);
	if (close(fd) && !error)
		error = -errno;
	return error ? opn_output_failed(output, NULL, error) : 0;
}

int opn_output_commit(struct opn_output *output)
{
	int error = output->is_special ? write_special(output) : commit_files(output);

	if (!error && output->is_directory)
		prune_folders(output);
	if (!error && output->is_new) {
		opn_output_unstage(output);
		error = publish(output);
		output->is_new = error;
	}
	if (!error)
		output->steps = NULL;
	opn_output_abort(output);
	return error;
}

void opn_output_abort(struct opn_output *output)
{
	if (!output)
		return;
	undo(output);
	opn_output_unstage(output);
	if (output->is_new)
		unlinkat(output->parentfd, output->temporary, AT_REMOVEDIR);
	if (output->dirfd >= 0 && output->dirfd != output->parentfd)
		close(output->dirfd);
	if (output->parentfd >= 0)
		close(output->parentfd);
	free(output->special_text);
	json_decref(output->list);
	opn_arena_free(output->arena);
	free(output);
}
