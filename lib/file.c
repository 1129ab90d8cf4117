// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * file.c - reading files whose names come from strangers, and replacing files as a whole
 *
 * A #line directive or a spec may name a pipe or a device: only regular files are read, and opening
 * never waits.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"

/* Reads all of fd, whose size is only a hint: files in /proc and /sys say 0 or 4096. */
static int read_all(int fd, size_t hint, size_t limit, char **out, size_t *length)
{
	size_t capacity = hint + 2, used = 0;
	char *data = malloc(capacity);
	int error = ENOMEM;

	while (data) {
		ssize_t count = read(fd, data + used, capacity - used - 1);
		char *more;

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0) {
			error = errno;
			break;
		}
		used += (size_t)count;
		if (limit && used > limit) {
			error = EFBIG;
			break;
		}
		if (!count) {
			data[used] = '\0';
			*out = data;
			*length = used;
			return 0;
		}
		if (used + 1 < capacity)
			continue;
		capacity *= 2;
		more = realloc(data, capacity);
		if (!more)
			break;
		data = more;
	}
	free(data);
	return -error;
}

static int read_fd(int fd, size_t limit, char **out, size_t *length)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (limit && (uintmax_t)st.st_size > limit)
		return -EFBIG;
	return read_all(fd, (size_t)st.st_size, limit, out, length);
}

static int read_at(int dirfd, const char *path, int flags, size_t limit, char **out, size_t *length)
{
	int fd = openat(dirfd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
	int error;

	if (fd < 0)
		return -errno;
	error = read_fd(fd, limit, out, length);
	close(fd);
	return error;
}

int opn_file_read(const char *path, size_t limit, char **out, size_t *length)
{
	return read_at(AT_FDCWD, path, 0, limit, out, length);
}

int opn_file_read_at(int dirfd, const char *path, size_t limit, char **out, size_t *length)
{
	return read_at(dirfd, path, O_NOFOLLOW, limit, out, length);
}

int opn_fd_write(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t count = write(fd, text, length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		text += count;
		length -= (size_t)count;
	}
	return 0;
}

static int write_special(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = opn_fd_write(fd, text, length);
	if (close(fd) && !error)
		error = -errno;
	return error;
}

/* Writes a temporary in dirfd and renames it to name. */
static int replace_at(int dirfd, const char *name, const char *text, size_t length)
{
	char temporary[OPN_TEMPORARY_SIZE];
	int fd, error;

	fd = opn_temporary_create(dirfd, false, temporary);
	if (fd < 0)
		return fd;
	error = opn_fd_write(fd, text, length);
	if (close(fd) && !error)
		error = -errno;
	if (!error && renameat(dirfd, temporary, dirfd, name))
		error = -errno;
	if (error)
		unlinkat(dirfd, temporary, 0);
	return error;
}

static int replace(char *path, const char *text, size_t length)
{
	char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	int dirfd, error;

	if (slash)
		*slash = '\0';
	dirfd = open(!slash ? "." : slash == path ? "/" : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return -errno;
	error = replace_at(dirfd, name, text, length);
	close(dirfd);
	return error;
}

bool opn_file_is_stream(const char *path)
{
	bool is_system = opn_path_inside("/dev", path) || opn_path_inside("/proc", path);
	struct stat st;

	if (is_system && !lstat(path, &st) && S_ISLNK(st.st_mode))
		return true;
	return !stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

int opn_file_write(const char *path, const char *text, size_t length)
{
	char *target;
	int error;

	if (opn_file_is_stream(path))
		return write_special(path, text, length);
	target = realpath(path, NULL);
	if (!target)
		target = strdup(path);
	if (!target)
		return -ENOMEM;
	error = replace(target, text, length);
	free(target);
	return error;
}
