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
	error = opn_prove_object(command, &bytes, &size);
	if (error)
		return opn_diag(run->diags, OPN_DIAG_VERIFY_UNCOMPILED, OPN_NOWHERE,
				run->side[index].object);
	path = scratch_object(run, index);
	error = opn_file_write(path, bytes, size);
	free(bytes);
	if (error)
		return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, path,
				strerror(-error));
	run->side[index].object = path;
	return 0;
}

static int compile_source(struct verify_run *run, int index)
{
	char *sources[] = { (char *)run->side[index].object, NULL };
	const struct opn_command *found;
	struct opn_commands *commands;
	int count, error = opn_commands_load(&run->options->cli.commands, sources, run->diags,
					     &commands);

	if (error)
		return error;
	count = opn_commands_find(commands, run->side[index].object, run->diags, &found);
	error = count < 0 ? count : 0;
	if (count > 1)
		error = opn_diag(run->diags, OPN_DIAG_VERIFY_COMMAND_CHOICE, OPN_NOWHERE,
				 run->side[index].object, (size_t)count);
	else if (count == 1)
		error = compile(run, index, found);
	else
		error = error ?: -EINVAL; /* told by opn_commands_find() */
	opn_commands_free(commands);
	return error;
}

/* A manifest names its unit, whose source and compile database lie beside it. */
static int read_manifest(struct verify_run *run, int index)
{
	struct opn_verify_side *side = &run->side[index];
	struct opn_commands_options options = run->options->cli.commands;
	const struct opn_command *found;
	struct opn_commands *commands;
	const char *unit = NULL, *slash = strrchr(side->object, '/'), *folder, *source;
	char *text, *sources[2] = { NULL };
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
	source = opn_arena_printf(run->arena, "%s/%s.bpf.c", folder, unit);
	if (!side->program)
		side->program = unit;
	side->object = sources[0] = (char *)source;
	options.build_dir = folder;
	error = opn_commands_load(&options, sources, run->diags, &commands);
	if (error)
		return error;
	error = opn_commands_find(commands, source, run->diags, &found) > 0
			? compile(run, index, found)
			: -EINVAL;
	opn_commands_free(commands);
	return error;
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

		split_name(run, index);
		side->hook = index ? run->options->to : run->options->from;
		if (!access(side->object, R_OK) && has_ending(side->object, ".yaml"))
			error = read_stages(run, side) ?: error;
		else if (access(side->object, R_OK))
			error = opn_diag(run->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE,
					 side->object, strerror(errno));
		else if (has_ending(side->object, ".c"))
			error = compile_source(run, index) ?: error;
		else if (has_ending(side->object, ".json"))
			error = read_manifest(run, index) ?: error;
	}
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
