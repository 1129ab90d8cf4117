// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * process.c - posix_spawn() and a pipe
 */
#include "driver/process.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_LIMIT (1u << 20)

extern char **environ;

static char **environment(char *const *set)
{
	size_t count = 0, added = 0;
	char **all;

	while (environ[count])
		count++;
	while (set && set[added])
		added++;
	all = calloc(count + added + 1, sizeof(*all));
	if (!all)
		return NULL;
	/* The first of a name counts. */
	if (added)
		memcpy(all, set, added * sizeof(*all));
	memcpy(all + added, environ, count * sizeof(*all));
	return all;
}

static void read_all(int fd, struct opn_buf *out)
{
	char chunk[4096];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) > 0 || (got < 0 && errno == EINTR)) {
		if (got > 0 && out && out->length < OUTPUT_LIMIT)
			opn_buf_add(out, chunk, (size_t)got);
	}
}

int opn_process_run(char *const *argv, const char *folder, char *const *set, struct opn_buf *out)
{
	posix_spawn_file_actions_t actions;
	char **with = environment(set);
	int ends[2], error, status;
	pid_t pid;

	if (!with)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC)) {
		error = -errno;
		free(with);
		return error;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
	if (folder)
		posix_spawn_file_actions_addchdir_np(&actions, folder);
	error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, with);
	posix_spawn_file_actions_destroy(&actions);
	free(with);
	close(ends[1]);
	if (!error)
		read_all(ends[0], out);
	close(ends[0]);
	if (error)
		return -error;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static const char *find_one(const char *name, struct opn_arena *arena)
{
	const char *path = getenv("PATH");

	while (path && *path) {
		size_t length = strcspn(path, ":");
		char *file = opn_arena_printf(arena, "%.*s/%s", (int)length, path, name);

		if (length && file && !access(file, X_OK))
			return file;
		path += length + (path[length] == ':');
	}
	return NULL;
}

const char *opn_process_find(const char *const *names, struct opn_arena *arena)
{
	const char *found = NULL;

	for (; *names && !found; names++)
		found = find_one(*names, arena);
	return found;
}
