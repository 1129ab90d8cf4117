// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_input.c - what was named becomes two objects, or lists of stages
 *
 * A source is compiled as its compile command says, by the Clang that the tool is linked with; the
 * object lives in a folder of its own until the programs are loaded.
 */
#include "tools/verify.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prove_compile.h"

static bool has_ending(const char *text, const char *ending)
{
	size_t length = strlen(text), ending_length = strlen(ending);

	return length > ending_length && !strcmp(text + length - ending_length, ending);
}

/* FILE[:NAME]; a file whose own name has a colon wins. */
static void split_name(struct verify_run *run, int index)
{
	struct opn_verify_side *side = &run->side[index];
	const char *word = run->options->programs.word[index], *colon = strrchr(word, ':');

	side->object = word;
	if ((size_t)index < run->options->called.count)
		side->name = run->options->called.word[index];
	if (!colon || !access(word, F_OK) || strchr(colon, '/'))
		return;
	side->object = opn_arena_strndup(run->arena, word, (size_t)(colon - word));
	side->program = colon + 1;
}

int verify_make_scratch(struct verify_run *run)
{
	if (run->scratch[0])
		return 0;
	strcpy(run->scratch, "/tmp/opened-verify-XXXXXX");
	if (mkdtemp(run->scratch))
		return 0;
	run->scratch[0] = '\0';
	return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, "/tmp", strerror(errno));
}

static const char *scratch_object(const struct verify_run *run, int index)
{
	return opn_arena_printf(run->arena, "%s/%c.bpf.o", run->scratch, index ? 'b' : 'a');
}

static int compile(struct verify_run *run, int index, const struct opn_command *command)
{
	const char *path;
	void *bytes;
	size_t size;
	int error = verify_make_scratch(run);

	if (error)
		return error;
	error = opn_prove_object(command, run->diags, &bytes, &size);
	if (error)
		return opn_diag(run->diags, OPN_DIAG_VERIFY_UNCOMPILED, OPN_NOWHERE,
				run->side[index].object);
	path = scratch_object(run, index);
	error = opn_file_write(path, bytes, size);
	free(bytes);
	if (error)
		return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, path,
				strerror(-error));
	run->side[index].name = run->side[index].name ?: run->side[index].object;
	run->side[index].object = path;
	return 0;
}

/* Looks a source's compile commands up. Reports and returns -errno. */
static int find_commands(struct verify_run *run, int index, const struct opn_commands_options *from)
{
	struct verify_commands *all = &run->commands[index];
	char *sources[] = { (char *)run->side[index].object, NULL };
	int count, error = opn_commands_load(from, sources, run->diags, &all->loaded);

	if (error)
		return error;
	count = opn_commands_find(all->loaded, run->side[index].object, run->diags, &all->first);
	if (count <= 0)
		return count ?: -EINVAL; /* told by opn_commands_find() */
	all->count = (unsigned int)count;
	return 0;
}

/* All variants of both, one after another, or the one that was asked for. What else is there
 * cannot be paired. */
static int choose_variant(struct verify_run *run)
{
	unsigned int counts[] = { run->commands[0].count, run->commands[1].count };
	int error = 0;

	if (counts[0] < 2 && counts[1] < 2)
		return 0;
	if (!run->variant)
		run->variant = run->options->variant ?: 1;
	for (int index = 0; index < 2; index++) {
		const char *object = run->side[index].object;

		if (counts[index] < 2)
			continue;
		if (run->variant > counts[index]) {
			error = opn_diag(
				run->diags, OPN_DIAG_VALUE_INVALID, OPN_NOWHERE, "--variant",
				opn_arena_printf(run->arena, "'%s' has %u compile commands", object,
						 counts[index]));
		} else if (!run->options->variant && counts[0] != counts[1]) {
			error = opn_diag(run->diags, OPN_DIAG_VERIFY_COMMAND_CHOICE, OPN_NOWHERE,
					 object, (size_t)counts[index]);
			opn_diag_note(run->diags, OPN_NOWHERE,
				      "or name one by its number: --variant=1 to %u",
				      counts[index]);
		}
	}
	return error;
}

bool verify_next_variant(struct verify_run *run)
{
	if (!run->variant || run->options->variant || run->variant == run->variants)
		return false;
	run->variant++;
	return true;
}

/* Compiles the sources, each with its only command or with the variant that is compared now. */
static int compile_sources(struct verify_run *run)
{
	int error = choose_variant(run);

	for (int index = 0; index < 2; index++) {
		const struct verify_commands *all = &run->commands[index];

		if (error || !all->count)
			continue;
		if (all->count > run->variants)
			run->variants = all->count;
		error = compile(run, index, &all->first[all->count > 1 ? run->variant - 1 : 0]);
	}
	return error;
}

static void drop_commands(struct verify_run *run)
{
	for (int index = 0; index < 2; index++) {
		opn_commands_free(run->commands[index].loaded);
		run->commands[index] = (struct verify_commands){ 0 };
	}
}

/* A manifest names its unit, whose source and compile database lie beside it. */
static int read_manifest(struct verify_run *run, int index)
{
	struct opn_verify_side *side = &run->side[index];
	struct opn_commands_options options = run->options->cli.commands;
	const char *unit = NULL, *slash = strrchr(side->object, '/'), *folder;
	char *text;
	json_t *manifest;
	size_t length;
	int error = opn_file_read(side->object, 64 << 20, &text, &length);

	if (error)
		return opn_diag(run->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, side->object,
				strerror(-error));
	manifest = json_loadb(text, length, 0, NULL);
	free(text);
	if (manifest)
		unit = json_string_value(json_object_get(manifest, "unit"));
	unit = opn_arena_strdup(run->arena, unit);
	json_decref(manifest);
	if (!unit || !opn_path_contained(unit))
		return opn_diag(run->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, side->object,
				"it is no manifest of a unit");
	folder = slash ? opn_arena_strndup(run->arena, side->object, (size_t)(slash - side->object))
		       : ".";
	if (!side->program)
		side->program = unit;
	side->object = opn_arena_printf(run->arena, "%s/%s.bpf.c", folder, unit);
	options.build_dir = folder;
	return find_commands(run, index, &options);
}

/* A list of stages: opened here, so that what is wrong with the file is told once. */
static int read_stages(struct verify_run *run, struct opn_verify_side *side)
{
	struct opn_chain_spec *spec;
	int error = opn_chain_read(side->object, run->arena, run->diags, &spec);

	if (error)
		return error;
	if (side->program)
		return opn_diag(run->diags, OPN_DIAG_VALUE_INVALID, OPN_NOWHERE, side->program,
				"the file says which programs");
	side->stages = spec;
	return 0;
}

int verify_find_inputs(struct verify_run *run)
{
	int error = 0;

	for (int index = 0; index < 2; index++) {
		struct opn_verify_side *side = &run->side[index];

		*side = (struct opn_verify_side){ 0 };
		split_name(run, index);
		side->hook = index ? run->options->to : run->options->from;
		if (!access(side->object, R_OK) && has_ending(side->object, ".yaml"))
			error = read_stages(run, side) ?: error;
		else if (access(side->object, R_OK))
			error = opn_diag(run->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE,
					 side->object, strerror(errno));
		else if (has_ending(side->object, ".c"))
			error = find_commands(run, index, &run->options->cli.commands) ?: error;
		else if (has_ending(side->object, ".json"))
			error = read_manifest(run, index) ?: error;
	}
	error = error ?: compile_sources(run);
	drop_commands(run);
	return error;
}

void verify_drop_inputs(struct verify_run *run)
{
	struct dirent *entry;
	DIR *folder;

	if (!run->scratch[0])
		return;
	folder = opendir(run->scratch);
	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(run->scratch);
	run->scratch[0] = '\0';
}
