// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * fuzz.c - the folder for what is made up, and the tables
 *
 * What goes wrong here is the machine's fault, never the input's: abort() would be taken for a
 * crash of the reader, so that it ends with a message and status 2.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driver/tree.h"

static char folder[64];

static void give_up(const char *what)
{
	perror(what);
	_exit(2);
}

static void remove_folder(void)
{
	opn_tree_remove(folder);
}

const char *fuzz_folder(void)
{
	const char *memory = "/dev/shm";

	if (*folder)
		return folder;
	snprintf(folder, sizeof(folder), "%s/opened-fuzz-XXXXXX",
		 access(memory, W_OK) ? "/tmp" : memory);
	if (!mkdtemp(folder))
		give_up(folder);
	atexit(remove_folder);
	return folder;
}

const char *fuzz_file(const char *name, const uint8_t *data, size_t size)
{
	static char path[128];
	FILE *file;
	char *slash;

	snprintf(path, sizeof(path), "%s/%s", fuzz_folder(), name);
	slash = strrchr(path, '/');
	*slash = '\0';
	mkdir(path, 0777);
	*slash = '/';
	file = fopen(path, "we");
	if (!file || fwrite(data, 1, size, file) != size || fclose(file))
		give_up(path);
	return path;
}

static struct {
	struct opn_hookdefs *hookdefs;
	struct opn_hook_runs *runs;
	struct opn_places *places;
} tables;

static void read_tables(void)
{
	struct opn_diags *diags;

	if (tables.places)
		return;
	diags = opn_diags_new();
	if (!diags || opn_hookdefs_load(OPN_TEST_HOOKDEFS, diags, &tables.hookdefs) ||
	    opn_hook_runs_load(OPN_TEST_HOOKDEFS, diags, &tables.runs) ||
	    opn_places_load(OPN_TEST_HOOKDEFS, tables.runs, diags, &tables.places))
		give_up(OPN_TEST_HOOKDEFS);
	opn_diags_free(diags);
}

const struct opn_hookdefs *fuzz_hookdefs(void)
{
	read_tables();
	return tables.hookdefs;
}

const struct opn_hook_runs *fuzz_runs(void)
{
	read_tables();
	return tables.runs;
}

const struct opn_places *fuzz_places(void)
{
	read_tables();
	return tables.places;
}

void fuzz_end(struct opn_diags *diags)
{
	static FILE *nobody;

	if (!nobody)
		nobody = fopen("/dev/null", "we");
	if (nobody)
		opn_diags_print(diags, nobody, false, false);
	opn_diags_free(diags);
}
