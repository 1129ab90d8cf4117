/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * compose_write.c - the product: one folder, written as a whole or not at all
 */
#include "compose.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buildfile.h"
#include "output.h"

int compose_add_text(struct opn_output *output, const char *path, char *text)
{
	int error;

	if (!text)
		opn_cli_no_memory(NULL);
	error = opn_output_add(output, path, text, strlen(text));
	free(text);
	return error;
}

/* The flags of the dispatcher: as the first stage has them, without what includes or defines: its
 * text takes nothing from elsewhere. */
static const char *const *dispatcher_flags(struct compose_run *run)
{
	static const char *const left_out[] = { "-isystem", "-idirafter", "-I",
						"-include", "-iquote",	  "-imacros",
						"-D",	    "-U",	  NULL };
	const char *const *given = run->units[0].stage->build_flags;
	const char **flags;
	size_t count = 0, kept = 0;

	while (given[count])
		count++;
	flags = opn_arena_array(run->arena, count + 1, sizeof(*flags));
	for (size_t i = 0; i < count; i++) {
		const char *const *word = left_out;

		while (*word && strncmp(given[i], *word, strlen(*word)))
			word++;
		if (!*word)
			flags[kept++] = given[i];
		else if (!given[i][strlen(*word)] && i + 1 < count)
			i++;
	}
	return flags;
}

const char *const *compose_dispatcher_argv(struct compose_run *run, const char *path)
{
	const char *const *flags = dispatcher_flags(run);
	size_t count = 0;
	const char **argv;

	while (flags[count])
		count++;
	argv = opn_arena_array(run->arena, count + 3, sizeof(*argv));
	argv[0] = "clang";
	memcpy(&argv[1], flags, count * sizeof(*argv));
	argv[count + 1] = path;
	return argv;
}

static int add_build(struct compose_run *run, struct opn_output *output)
{
	size_t most = run->unit_count + 1, count = 0;
	struct opn_build_unit *units = opn_arena_array(run->arena, most, sizeof(*units));
	const char *const **lists = opn_arena_array(run->arena, most, sizeof(*lists));
	struct opn_build_info info = { .units = units, .marker = OPN_OUTPUT_COMPOSED };
	char *text;
	int error;

	lists[0] = dispatcher_flags(run);
	units[count++] = (struct opn_build_unit){ "dispatcher.bpf.c", &lists[0], 1 };
	for (size_t u = 0; u < run->unit_count; u++) {
		const struct opn_composed_stage *stage = run->units[u].stage;
		const struct opn_composed_hook *hook = run->units[u].hook;

		if (hook->path && stage != hook->stages)
			continue;
		lists[count] = hook->path ? hook->build_flags : stage->build_flags;
		units[count] = (struct opn_build_unit){ hook->path ? hook->path : stage->path,
							&lists[count], 1 };
		count++;
	}
	info.unit_count = count;
	error = opn_buildfile_make(&info, run->diags, &text);
	if (!error)
		error = compose_add_text(output, "bpf.mk", text);
	if (!error)
		error = opn_buildfile_commands(&info, run->diags, &text);
	if (!error)
		error = compose_add_text(output, "compile_commands.json", text);
	return error;
}

/* ---- the loader's sources ---- */

static int is_source(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 2 && entry->d_name[0] != '.' &&
	       (!strcmp(entry->d_name + length - 2, ".c") ||
		!strcmp(entry->d_name + length - 2, ".h"));
}

/* Calls add for each file of the runtime; an error of it, or of the folder, ends that. */
static int each_loader_file(struct compose_run *run,
			    int (*add)(struct compose_run *run, const char *path, const char *name,
				       void *data),
			    void *data)
{
	const char *folder = opn_arena_printf(run->arena, "%s/loader", run->folder);
	struct dirent **entries;
	int error = 0, count = scandir(folder, &entries, is_source, alphasort);

	if (count <= 0)
		return opn_diag(run->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, folder,
				count ? strerror(errno) : "it is empty");
	for (int i = 0; i < count; i++) {
		const char *path =
			opn_arena_printf(run->arena, "%s/%s", folder, entries[i]->d_name);
		const char *name = opn_arena_printf(run->arena, "loader/%s", entries[i]->d_name);

		free(entries[i]);
		if (!error)
			error = add(run, path, name, data);
	}
	free(entries);
	return error;
}

static int add_loader_file(struct compose_run *run, const char *path, const char *name, void *data)
{
	size_t length;
	char *text;
	int error = opn_file_read(path, 0, &text, &length);

	if (error)
		return opn_diag(run->diags, OPN_DIAG_INPUT_UNREADABLE, OPN_NOWHERE, path,
				strerror(-error));
	error = opn_output_add(data, name, text, length);
	free(text);
	return error;
}

static int add_loader_name(struct compose_run *run, const char *path, const char *name, void *data)
{
	(void)run;
	(void)path;
	if (name[strlen(name) - 1] == 'c')
		opn_buf_printf(data, " \\\n\t%s", name);
	return 0;
}

/* The Makefile names each source: what else somebody has put there is not built in. */
static int add_makefile(struct compose_run *run, struct opn_output *output)
{
	struct opn_buf sources = { 0 };
	int error = each_loader_file(run, add_loader_name, &sources);

	if (!error)
		error = compose_add_text(output, "Makefile",
					 opn_emit_makefile(&run->composition, sources.data ?: ""));
	opn_buf_free(&sources);
	return error;
}

/* ---- all of it ---- */

/* Whether all stages of a hook compile as one source. */
static int check_fused(struct compose_run *run, const struct compose_unit *first, char *header)
{
	char *text = opn_emit_fused(&run->composition, first->hook);
	struct opn_source_text texts[] = {
		{ first->fused.file, text },
		{ opn_arena_printf(run->arena, "%s/%s.h", first->root, run->composition.name),
		  header },
	};
	int error;

	if (!text)
		opn_cli_no_memory(NULL);
	error = opn_source_check(&first->fused, first->root, texts, 2, run->diags);
	free(text);
	return error;
}

/* Whether the texts compile, before anything is written. */
static int check_texts(struct compose_run *run)
{
	char *header = opn_emit_header(&run->composition);
	int error = 0;

	if (!header)
		opn_cli_no_memory(NULL);
	for (size_t u = 0; u < run->unit_count; u++) {
		struct compose_unit *unit = &run->units[u];
		struct opn_command command = unit->command;
		const char *folder = opn_arena_printf(run->arena, "%s/stages", unit->root);
		const char *path = opn_arena_printf(run->arena, "%s/%s", folder,
						    opn_path_basename(command.file));
		struct opn_source_text texts[] = {
			{ path, unit->stage->text },
			{ opn_arena_printf(run->arena, "%s/%s.h", unit->root,
					   run->composition.name),
			  header },
		};
		size_t count = 0;
		const char **argv;

		if (unit->hook->path) {
			if (unit->stage == unit->hook->stages)
				error = check_fused(run, unit, header) ?: error;
			continue;
		}
		while (command.argv[count])
			count++;
		argv = opn_arena_array(run->arena, count + 1, sizeof(*argv));
		memcpy(argv, command.argv, count * sizeof(*argv));
		argv[count - 1] = path;
		command.argv = argv;
		command.file = path;
		error = opn_source_check(&command, unit->root, texts, 2, run->diags) ?: error;
	}
	for (size_t h = 0; !error && h < run->composition.hook_count; h++) {
		if (!opn_hook_has_programs(&run->composition.hooks[h]))
			error = compose_check_stack(run, &run->composition.hooks[h], header);
	}
	free(header);
	return error;
}

static int add_all(struct compose_run *run, struct opn_output *output)
{
	const struct opn_composition *composition = &run->composition;
	struct opn_arena *arena = run->arena;
	const char *name = composition->name;
	int error = compose_add_text(output, "dispatcher.bpf.c", opn_emit_dispatcher(composition));

	for (size_t h = 0; !error && h < composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &composition->hooks[h];

		if (hook->path)
			error = compose_add_text(output, hook->path,
						 opn_emit_fused(composition, hook));
	}
	for (size_t u = 0; !error && u < run->unit_count; u++) {
		if (run->units[u].hook->path)
			continue;
		error = opn_output_add(output, run->units[u].stage->path, run->units[u].stage->text,
				       strlen(run->units[u].stage->text));
	}
	if (!error)
		error = compose_add_text(output, opn_arena_printf(arena, "%s.h", name),
					 opn_emit_header(composition));
	if (!error)
		error = compose_add_text(output, opn_arena_printf(arena, "%s.c", name),
					 opn_emit_loader(composition));
	if (!error)
		error = add_makefile(run, output);
	if (!error)
		error = compose_add_text(output, "README.md", opn_emit_readme(composition));
	if (!error)
		error = compose_add_text(output, opn_arena_printf(arena, "%s.json", name),
					 opn_emit_manifest(composition));
	for (size_t h = 0; !error && h < composition->hook_count; h++)
		error = compose_add_text(output,
					 opn_arena_printf(arena, "verify/%s.yaml",
							  composition->hooks[h].place->name),
					 opn_emit_verify(composition, &composition->hooks[h]));
	if (!error)
		error = add_build(run, output);
	if (!error)
		error = compose_emit_add(run, output);
	return error ?: each_loader_file(run, add_loader_file, output);
}

static int begin(struct compose_run *run, const char *target, bool is_directory,
		 struct opn_output **out)
{
	return opn_output_begin(target, is_directory, OPN_OUTPUT_COMPOSED, run->options->cli.force,
				run->diags, out);
}

/* All that was asked for becomes visible together. */
int compose_write(struct compose_run *run)
{
	const struct compose_options *options = run->options;
	struct opn_output *product = NULL, *graph = NULL;
	int error = check_texts(run);

	if (!error && options->graph)
		error = begin(run, options->graph, false, &graph);
	if (!error && options->graph)
		error = compose_add_text(graph, "", opn_emit_graph(&run->composition));
	if (!error && !options->check)
		error = begin(run, options->cli.output, true, &product);
	if (!error && !options->check)
		error = add_all(run, product);
	if (error) {
		opn_output_abort(product);
		opn_output_abort(graph);
		return error;
	}
	if (product)
		error = opn_output_commit(product);
	if (error)
		opn_output_abort(graph);
	else if (graph)
		error = opn_output_commit(graph);
	return error;
}
