// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * unit.c - what the unit tests share
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base.h"
#include "unit.h"

struct opn_diags *diags;
static char root[64]; /* of all folders: a test that fails does not come to its teardown */
static char folder[128];

static void enter_folder(void)
{
	snprintf(folder, sizeof(folder), "%s/XXXXXX", root);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	diags = opn_diags_new();
	ck_assert_ptr_nonnull(diags);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_tree(const char *path)
{
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void leave_folder(void)
{
	opn_diags_free(diags);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(remove_tree(folder), 0);
}

bool folders_begin(void)
{
	strcpy(root, "/tmp/opened-unit-XXXXXX");
	return mkdtemp(root) != NULL;
}

bool folders_end(void)
{
	return !remove_tree(root);
}

TCase *folder_case(const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, enter_folder, leave_folder);
	tcase_set_timeout(tcase, 60);
	return tcase;
}

void write_bytes(const char *path, const void *data, size_t length)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}

void write_file(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

char *read_file(const char *path)
{
	size_t length;
	char *text;

	ck_assert_msg(!opn_file_read(path, 0, &text, &length), "cannot read %s", path);
	return text;
}

bool exists(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

size_t count_entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

char *printed(bool colour, bool quiet)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	ck_assert_ptr_nonnull(out);
	opn_diags_print(diags, out, colour, quiet);
	fclose(out);
	return text;
}

void forget_diags(void)
{
	opn_diags_free(diags);
	diags = opn_diags_new();
	ck_assert_ptr_nonnull(diags);
}

void expect_printed(const char *text)
{
	char *actual = printed(false, false);

	ck_assert_str_eq(actual, text);
	free(actual);
	forget_diags();
}

int run(const char *const *argv)
{
	posix_spawn_file_actions_t actions;
	extern char **environ;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "log", O_WRONLY | O_CREAT | O_TRUNC, 0666);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	ck_assert_int_eq(posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ),
			 0);
	posix_spawn_file_actions_destroy(&actions);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
