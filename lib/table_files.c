// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * table_files.c - the files of a folder of tables
 */
#include "table_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int is_table(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       !strcmp(entry->d_name + length - 5, ".yaml");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int opn_table_files(const char *dir, struct opn_arena *arena, const char *const **out)
{
	struct dirent **entries;
	const char **paths;
	int error = 0, count = scandir(dir, &entries, is_table, by_bytes);

	if (count < 0)
		return -errno;
	paths = opn_arena_array(arena, (size_t)count + 1, sizeof(*paths));
	for (int i = 0; i < count; i++) {
		if (paths)
			paths[i] = opn_path_join(arena, dir, entries[i]->d_name);
		if (!paths || !paths[i])
			error = -ENOMEM;
		free(entries[i]);
	}
	free(entries);
	*out = paths;
	return paths ? error : -ENOMEM;
}

bool opn_table_is_pair(const char *path)
{
	return strstr(opn_path_basename(path), "-to-");
}
