/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * transform_build.c - Makefile, compile_commands.json and .clangd of a rewritten tree
 *
 * A folder of headers is searched in the tree first and in the project then, where what was not
 * rewritten still is: vmlinux.h and its like.
 */
#include "transform.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buildfile.h"
#include "output.h"

struct builder {
	const struct transform_run *run;
	const char *base;   /* absolute, without a slash behind it */
	const char **words; /* of the command in hand */
	size_t count;
};

static void add_word(struct builder *builder, const char *word)
{
	builder->words[builder->count++] = word;
}

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* "-I" and PATH as one word, all others as two. */
static void add_folder(struct builder *builder, const char *option, const char *path)
{
	if (!strcmp(option, "-I")) {
		add_word(builder, opn_arena_printf(builder->run->arena, "-I%s", path));
		return;
	}
	add_word(builder, option);
	add_word(builder, path);
}

/* A path of the command, once as it is in the tree and once as it is in the project. */
static void add_path(struct builder *builder, const char *option, const char *directory,
		     const char *path, bool is_folder)
{
	struct opn_arena *arena = builder->run->arena;
	const char *absolute = opn_path_join(arena, directory, path);
	const char *relative = opn_path_relative(arena, builder->base, absolute);
	bool inside = opn_path_inside(builder->base, absolute);

	if (!inside && *path == '/') {
		add_folder(builder, option, path);
		return;
	}
	/* All files that a source reads are in the tree, of a folder only those. */
	if (inside)
		add_folder(builder, option, relative);
	if (!inside || is_folder)
		add_folder(builder, option, opn_arena_printf(arena, "@ROOT@/%s", relative));
}

/* Options that name a file or a folder, in the same word or the next. */
static const struct path_option {
	const char *option;
	bool is_folder;
} path_options[] = { { "-isystem", true },  { "-idirafter", true }, { "-iquote", true },
		     { "-imacros", false }, { "-include", false },  { "-I", true },
		     { NULL, false } };

/* The option that the word begins with, or the row behind the last. */
static const struct path_option *path_option(const char *word)
{
	const struct path_option *row = path_options;

	while (row->option && !starts(word, row->option))
		row++;
	return row;
}

bool transform_is_searched(const struct transform_run *run, const struct transform_source *source,
			   const char *path)
{
	for (size_t c = 0; c < source->command_count; c++) {
		const struct opn_command *command = &source->commands[c];

		for (const char *const *word = &command->argv[1]; *word; word++) {
			const struct path_option *row = path_option(*word);
			const char *folder;

			if (!row->option)
				continue;
			folder = *word + strlen(row->option);
			if (!*folder && word[1])
				folder = *++word;
			folder = opn_path_join(run->arena, command->directory, folder);
			if (row->is_folder && !opn_path_inside(run->root, folder) &&
			    opn_path_inside(folder, path))
				return true;
		}
	}
	return false;
}

static const char *const *command_flags(struct builder *builder, const struct opn_command *command,
					const char *main_path)
{
	struct opn_arena *arena = builder->run->arena;
	const char *slash = strrchr(main_path, '/');
	size_t length = 0;

	while (command->argv[length])
		length++;
	builder->words = opn_arena_array(arena, 3 * length + 4, sizeof(*builder->words));
	builder->count = 0;
	for (size_t i = 1; i + 1 < length; i++) {
		const char *word = command->argv[i], *path = NULL;
		const struct path_option *row = path_option(word);

		if (!strcmp(word, "-Werror"))
			continue;
		if (!row->option) {
			add_word(builder, word);
			continue;
		}
		path = word + strlen(row->option);
		if (!*path && i + 2 < length)
			path = command->argv[++i];
		add_path(builder, row->option, command->directory, path, row->is_folder);
	}
	add_word(builder, "-iquote");
	add_word(builder,
		 slash ? opn_arena_printf(arena, "@ROOT@/%.*s", (int)(slash - main_path), main_path)
		       : "@ROOT@");
	return builder->words;
}

static const char *const *const *
all_flags(struct builder *builder, const struct transform_source *source, const char *main_path)
{
	const char *const **lists =
		opn_arena_array(builder->run->arena, source->command_count, sizeof(*lists));

	for (size_t i = 0; i < source->command_count; i++)
		lists[i] = command_flags(builder, &source->commands[i], main_path);
	return lists;
}

static int add_text(struct opn_output *output, const char *path, char *text)
{
	int error = opn_output_add(output, path, text, strlen(text));

	free(text);
	return error;
}

int transform_add_build_files(const struct transform_run *run, const char *base,
			      struct opn_output *output)
{
	struct opn_arena *arena = run->arena;
	struct builder builder = {
		.run = run,
		.base = opn_arena_strndup(arena, base, strlen(base) - 1),
	};
	struct opn_build_unit *units =
		opn_arena_array(arena, run->source_count + 1, sizeof(*units));
	struct opn_build_info info = {
		.units = units,
		.unit_count = run->source_count,
		.marker = OPN_OUTPUT_REWRITTEN,
	};
	char *here = getcwd(NULL, 0), *text = NULL;
	int error;

	for (size_t i = 0; i < run->source_count; i++) {
		size_t count;
		const struct opn_transformed_file *files =
			opn_transformation_files(run->sources[i].transformation, &count);
		const char *main_path = files[0].absolute + strlen(base);

		units[i] = (struct opn_build_unit){
			.source = main_path,
			.flags = all_flags(&builder, &run->sources[i], main_path),
			.flags_count = run->sources[i].command_count,
		};
	}
	info.root = opn_path_relative(
		arena, opn_path_join(arena, here ? here : "/", run->options->cli.output),
		builder.base);
	free(here);
	error = opn_buildfile_make(&info, run->diags, &text);
	if (!error)
		error = add_text(output, "Makefile", text);
	if (!error)
		error = opn_buildfile_commands(&info, run->diags, &text);
	if (!error)
		error = add_text(output, "compile_commands.json", text);
	if (!error)
		error = opn_buildfile_clangd(&info, run->diags, &text);
	return error ?: add_text(output, ".clangd", text);
}
