// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * temporary.c - files and folders under names that nobody else has, and those that a killed run
 * left
 *
 * A folder is locked by its descriptor as long as its run lives: the kernel gives the lock back
 * however the run ends, so that a folder of ours whose lock is free is nobody's. Between a folder's
 * making and its locking another run may take it for one of those: then it has no name any more, or
 * no free lock, and the next name is tried.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"

/* How deep a product's folders are at most; what is deeper is not ours. */
enum { REMOVED_DEPTH = 32, RANDOM_DIGITS = 16 };

/* Whether the lock is ours now and the folder still has a name: 1, or 0. A file system that knows
 * no locks has nobody who would take it either. */
static bool is_held(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
		return false;
	return !fstat(fd, &st) && st.st_nlink;
}

/* Returns a descriptor, or -errno; -EEXIST: another name is to be tried. */
static int create(int dirfd, bool is_directory, const char *name)
{
	int fd;

	if (!is_directory) {
		fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0666);
		return fd < 0 ? -errno : fd;
	}
	if (mkdirat(dirfd, name, 0777))
		return -errno;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && is_held(fd))
		return fd;
	if (fd < 0 && errno != ENOENT) {
		int error = -errno;

		unlinkat(dirfd, name, AT_REMOVEDIR);
		return error;
	}
	if (fd >= 0)
		close(fd);
	return -EEXIST;
}

int opn_temporary_create(int dirfd, bool is_directory, char name[OPN_TEMPORARY_SIZE])
{
	/* mkstemp() would give mode 0600 and knows no dirfd. */
	for (int attempt = 0; attempt < 100; attempt++) {
		uint64_t random;
		int fd;

		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -EIO;
		snprintf(name, OPN_TEMPORARY_SIZE, OPN_TEMPORARY_PREFIX "%0*llx", RANDOM_DIGITS,
			 (unsigned long long)random);
		fd = create(dirfd, is_directory, name);
		if (fd != -EEXIST)
			return fd;
	}
	return -EEXIST;
}

/* Takes fd over. What cannot be removed stays: nothing depends on it. */
static void empty(int fd, int depth)
{
	const struct dirent *entry;
	DIR *dir = fdopendir(fd);

	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		int below;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (!unlinkat(dirfd(dir), entry->d_name, 0) || !depth)
			continue;
		below = openat(dirfd(dir), entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below < 0)
			continue;
		empty(below, depth - 1);
		unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

static bool is_temporary(const char *name)
{
	size_t prefix = strlen(OPN_TEMPORARY_PREFIX);

	return !strncmp(name, OPN_TEMPORARY_PREFIX, prefix) &&
	       strspn(name + prefix, "0123456789abcdef") == RANDOM_DIGITS &&
	       !name[prefix + RANDOM_DIGITS];
}

static void sweep_one(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), copy;
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && st.st_uid == geteuid() && !flock(fd, LOCK_EX | LOCK_NB)) {
		copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		if (copy >= 0)
			empty(copy, REMOVED_DEPTH);
		unlinkat(dirfd, name, AT_REMOVEDIR);
	}
	close(fd);
}

void opn_temporary_sweep(int dirfd)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (is_temporary(entry->d_name))
			sweep_one(dirfd, entry->d_name);
	}
	closedir(dir);
}
