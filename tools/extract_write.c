/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * extract_write.c - where units go: the standard output, one file, or folders
 *
 * In a folder each unit has its source and its manifest, and all of them share one Makefile and
 * one compile_commands.json. Several sources have a folder each, units of --layout=tree as well.
 * Everything is staged first and made visible last, so that a full disk leaves what was there.
 */
#include "extract.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buildfile.h"
#include "depfile.h"
#include "graph.h"
#include "output.h"

/* A unit and the folder, relative to OUT, that it goes to: "" or "a/b/". */
struct placed {
	const struct extract_unit *unit;
	const char *folder;
};

struct writer {
	const struct extract_run *run;
	struct opn_arena *arena;
	struct placed *units;
	size_t count;
};

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

/* ---- folders ---- */

/* One component of a path as a name that every file system, make and terminal takes. */
static void add_safe_component(struct opn_buf *buf, const char *text, size_t length)
{
	if (!length || (length == 1 && *text == '.'))
		return;
	if (buf->length)
		opn_buf_putc(buf, '/');
	if (length == 2 && !strncmp(text, "..", 2)) {
		opn_buf_puts(buf, "_up");
		return;
	}
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+' ||
			    (c == '.' && i) || c >= 0x80;

		opn_buf_putc(buf, safe ? (char)c : '_');
	}
}

/* The source's path without its extension, made safe, with a slash behind it. */
static char *source_folder(struct opn_arena *arena, const char *source)
{
	const char *base = opn_path_basename(source), *dot = strrchr(base, '.');
	const char *end = dot && dot != base ? dot : source + strlen(source);
	struct opn_buf buf = { 0 };
	char *folder, *text;

	for (const char *from = source; from < end;) {
		const char *slash = memchr(from, '/', (size_t)(end - from));
		const char *to = slash ? slash : end;

		add_safe_component(&buf, from, (size_t)(to - from));
		from = to + 1;
	}
	if (!buf.length)
		opn_buf_puts(&buf, "source");
	text = opn_buf_take(&buf);
	folder = opn_arena_printf(arena, "%s/", text ? text : "source");
	free(text);
	return folder;
}

static bool folder_is_taken(const struct writer *writer, const char *folder)
{
	for (size_t i = 0; i < writer->count; i++) {
		if (!strcmp(writer->units[i].folder, folder))
			return true;
	}
	return false;
}

/* The folder of a source; sources whose names become equal are numbered. */
static const char *free_folder(const struct writer *writer, const char *source)
{
	char *folder = source_folder(writer->arena, source);
	int length = (int)strlen(folder) - 1;
	char *numbered = folder;

	for (unsigned int i = 2; folder_is_taken(writer, numbered); i++)
		numbered = opn_arena_printf(writer->arena, "%.*s-%u/", length, folder, i);
	return numbered;
}

static void place_units(struct writer *writer)
{
	const struct extract_run *run = writer->run;
	bool tree = run->options->layout == OPN_LAYOUT_TREE;
	size_t most = 0;

	for (size_t i = 0; i < run->source_count; i++)
		most += run->sources[i].unit_count;
	writer->units = opn_arena_array(writer->arena, most + 1, sizeof(*writer->units));
	for (size_t i = 0; i < run->source_count; i++) {
		const struct extract_source *source = &run->sources[i];
		const char *folder = "";

		if (run->source_count > 1 && source->unit_count)
			folder = free_folder(writer, source->units[0].unit->source);
		for (size_t j = 0; j < source->unit_count; j++) {
			const struct extract_unit *unit = &source->units[j];

			if (unit->refused)
				continue;
			writer->units[writer->count++] =
				(struct placed){ unit,
						 tree ? opn_arena_printf(writer->arena, "%s%s/",
									 folder, unit->unit->name)
						      : folder };
		}
	}
}

/* ---- guards ---- */

static bool is_same_file(const struct stat *a, const char *path)
{
	struct stat b;

	return !stat(path, &b) && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* Refuses a product that is, by whatever name, a file that was read. */
static int check_overwrite(const struct writer *writer, const char *path)
{
	const struct extract_run *run = writer->run;
	struct stat status;

	if (stat(path, &status) || !S_ISREG(status.st_mode))
		return 0;
	for (size_t i = 0; i < run->source_count; i++) {
		const char *const *input = run->sources[i].inputs;

		for (; input && *input; input++) {
			const char *file = opn_path_join(writer->arena, run->root, *input);

			if (is_same_file(&status, file))
				return opn_diag(run->diags, OPN_DIAG_OUTPUT_SAME, OPN_NOWHERE,
						path);
		}
	}
	return 0;
}

static int usage(const struct writer *writer, const char *text)
{
	return opn_diag(writer->run->diags, OPN_DIAG_USAGE, OPN_NOWHERE, text);
}

/* Two functions of one name, chosen by FILE:LINE, would be one file. */
static int check_names(const struct writer *writer)
{
	for (size_t i = 1; i < writer->count; i++) {
		const struct placed *a = &writer->units[i];

		for (size_t j = 0; j < i; j++) {
			const struct placed *b = &writer->units[j];

			if (!strcmp(a->folder, b->folder) &&
			    !strcmp(a->unit->unit->name, b->unit->unit->name))
				return usage(writer,
					     opn_arena_printf(writer->arena,
							      "two functions are called '%s': "
							      "extract each into its own folder",
							      a->unit->unit->name));
		}
	}
	return 0;
}

static int no_memory(const struct writer *writer)
{
	return opn_diag(writer->run->diags, OPN_DIAG_INTERNAL, OPN_NOWHERE, "out of memory");
}

/* ---- texts ---- */

static char *manifest_text(const struct writer *writer, const struct extract_unit *unit)
{
	struct opn_manifest_info info = {
		.unit = unit->unit,
		.proofs = unit->proof_count ? unit->proofs : NULL,
		.proof_count = unit->proof_count,
		.hookdefs = writer->run->hookdefs,
		.version = OPN_VERSION,
	};

	info.duplicates =
		extract_duplicates(writer->run, writer->arena, unit->unit, &info.duplicate_count);
	return opn_manifest_json(&info);
}

/* The absolute path of OUT, which need not exist yet. */
static const char *absolute(struct opn_arena *arena, const char *path)
{
	char *real = realpath(path, NULL), *copy, *slash;
	char here[PATH_MAX];

	if (!real && !strchr(path, '/')) {
		if (getcwd(here, sizeof(here)))
			return opn_path_join(arena, here, path);
	} else if (!real) {
		/* Up to what exists, so that symbolic links on the way are seen through. */
		copy = opn_arena_strdup(arena, path);
		while ((slash = strrchr(copy, '/')) && slash[1] == '\0' && slash != copy)
			*slash = '\0';
		slash = strrchr(copy, '/');
		if (slash && slash != copy) {
			*slash = '\0';
			return opn_path_join(arena, absolute(arena, copy), slash + 1);
		}
		if (!slash)
			return absolute(arena, copy);
		return copy;
	}
	copy = opn_arena_strdup(arena, real ? real : path);
	free(real);
	return copy;
}

/* ---- products ---- */

static int add_text(const struct writer *writer, struct opn_output *output, const char *folder,
		    const char *name, const char *text, size_t length)
{
	const char *path = opn_arena_printf(writer->arena, "%s%s", folder, name);
	const char *target =
		opn_arena_printf(writer->arena, "%s/%s", writer->run->options->cli.output, path);
	int error = check_overwrite(writer, target);

	return error ? error : opn_output_add(output, path, text, length);
}

/* Adds text that was allocated for it, and frees it. */
static int add_made(const struct writer *writer, struct opn_output *output, const char *folder,
		    const char *name, char *text)
{
	int error;

	if (!text)
		return no_memory(writer);
	error = add_text(writer, output, folder, name, text, strlen(text));
	free(text);
	return error;
}

static int add_unit(const struct writer *writer, struct opn_output *output,
		    const struct placed *placed)
{
	const struct opn_unit *unit = placed->unit->unit;
	/* A function may have the name that the compile database has. */
	const char *suffix = strcmp(unit->name, "compile_commands") ? "" : ".manifest";
	int error = 0;

	for (size_t i = 0; !error && i < unit->file_count; i++)
		error = add_text(writer, output, placed->folder, unit->files[i].path,
				 unit->files[i].text, unit->files[i].length);
	if (error)
		return error;
	return add_made(writer, output, placed->folder,
			opn_arena_printf(writer->arena, "%s%s.json", unit->name, suffix),
			manifest_text(writer, placed->unit));
}

/* Adds the build files of the folder that the units from first on share; *next is behind them. */
static int add_build_files(const struct writer *writer, struct opn_output *output, size_t first,
			   size_t *next)
{
	const char *folder = writer->units[first].folder;
	const char *out = absolute(writer->arena, writer->run->options->cli.output);
	struct opn_build_unit *units =
		opn_arena_array(writer->arena, writer->count - first, sizeof(*units));
	struct opn_build_info info = { .units = units };
	char *text = NULL;
	int error;

	for (*next = first; *next < writer->count && !strcmp(writer->units[*next].folder, folder);
	     (*next)++) {
		const struct opn_unit *unit = writer->units[*next].unit->unit;

		units[info.unit_count++] = (struct opn_build_unit){
			.source = unit->files[0].path,
			.flags = unit->flags,
			.flags_count = unit->flags_count,
		};
	}
	info.root = opn_path_relative(writer->arena, opn_path_join(writer->arena, out, folder),
				      writer->run->root);
	error = opn_buildfile_make(&info, writer->run->diags, &text);
	if (!error)
		error = add_made(writer, output, folder, "Makefile", text);
	if (!error)
		error = opn_buildfile_commands(&info, writer->run->diags, &text);
	if (!error)
		error = add_made(writer, output, folder, "compile_commands.json", text);
	if (!error)
		error = opn_buildfile_clangd(&info, writer->run->diags, &text);
	if (!error)
		error = add_made(writer, output, folder, ".clangd", text);
	return error;
}

static int stage_folder(const struct writer *writer, struct opn_output **output)
{
	const struct opn_cli *cli = &writer->run->options->cli;
	int error = check_names(writer);

	if (!error)
		error = opn_output_begin(cli->output, true, OPN_OUTPUT_MARKER, cli->force,
					 writer->run->diags, output);
	for (size_t i = 0; !error && i < writer->count; i++)
		error = add_unit(writer, *output, &writer->units[i]);
	for (size_t i = 0; !error && i < writer->count;)
		error = add_build_files(writer, *output, i, &i);
	return error;
}

static int stage_file(const struct writer *writer, const char *path, const char *text,
		      size_t length, struct opn_output **output)
{
	int error = check_overwrite(writer, path);

	if (!error)
		error = opn_output_begin(path, false, OPN_OUTPUT_MARKER,
					 writer->run->options->cli.force, writer->run->diags,
					 output);
	if (!error)
		error = opn_output_add(*output, opn_path_basename(path), text, length);
	return error;
}

static int print_text(const struct writer *writer, const char *text, size_t length)
{
	if (fwrite(text, 1, length, stdout) == length && !fflush(stdout))
		return 0;
	opn_diag(writer->run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, "-", strerror(errno));
	return -EIO;
}

static bool names_a_file(const char *path)
{
	size_t length = strlen(path);
	struct stat status;

	if (!stat(path, &status))
		return !S_ISDIR(status.st_mode);
	return length > 2 && !strcmp(path + length - 2, ".c");
}

static int stage_units(const struct writer *writer, struct opn_output **output)
{
	const char *path = writer->run->options->cli.output;
	const struct opn_unit *unit = writer->units[0].unit->unit;

	if (!is_stdout(path) && !names_a_file(path))
		return stage_folder(writer, output);
	if (writer->count > 1)
		return usage(writer, "several functions were extracted: -o must be a folder");
	if (unit->file_count > 1 || writer->run->options->layout == OPN_LAYOUT_TREE)
		return usage(writer, "--layout=tree needs a folder: -o must be one");
	if (is_stdout(path))
		return print_text(writer, unit->files[0].text, unit->files[0].length);
	return stage_file(writer, path, unit->files[0].text, unit->files[0].length, output);
}

/* A manifest or graph asked for by name. */
static int stage_single(const struct writer *writer, const char *path, const char *option,
			char *text, struct opn_output **output)
{
	int error;

	if (writer->count > 1) {
		error = usage(writer, opn_arena_printf(writer->arena,
						       "%s is for one function: %zu were extracted",
						       option, writer->count));
	} else if (!text) {
		error = no_memory(writer);
	} else if (is_stdout(path)) {
		error = print_text(writer, text, strlen(text));
	} else {
		error = stage_file(writer, path, text, strlen(text), output);
	}
	free(text);
	return error;
}

static char *graph_text(const struct opn_unit *unit, const char *path)
{
	size_t length = strlen(path);

	if (length > 5 && !strcmp(path + length - 5, ".json"))
		return opn_graph_json(unit);
	return opn_graph_dot(unit);
}

/* The files that a rule makes: the units' sources, as OUT spells them. */
static const char **targets_of(const struct writer *writer)
{
	const char *out = writer->run->options->cli.output;
	const char **targets =
		opn_arena_array(writer->arena, writer->count + 1, sizeof(const char *));

	assert(out); /* --depfile asks for -o */
	for (size_t i = 0; i < writer->count; i++)
		targets[i] = names_a_file(out)
				     ? out
				     : opn_arena_printf(writer->arena, "%s/%s%s", out,
							writer->units[i].folder,
							writer->units[i].unit->unit->files[0].path);
	return targets;
}

static int stage_depfile(const struct writer *writer, struct opn_output **output)
{
	const struct extract_run *run = writer->run;
	const char *path = run->options->depfile;
	const char *const **files =
		opn_arena_array(writer->arena, run->source_count + 1, sizeof(*files));
	char here[PATH_MAX], *text;
	size_t count = 0;
	int error;

	for (size_t i = 0; i < run->source_count; i++) {
		if (run->sources[i].dependencies)
			files[count++] = run->sources[i].dependencies;
	}
	error = opn_depfile_make(targets_of(writer), files, getcwd(here, sizeof(here)), run->diags,
				 &text);
	if (error)
		return error;
	/* As a compiler's: whatever was there goes, unless it was read. */
	error = check_overwrite(writer, path);
	if (!error)
		error = opn_output_begin(path, false, NULL, true, run->diags, output);
	if (!error)
		error = opn_output_add(*output, opn_path_basename(path), text, strlen(text));
	free(text);
	return error;
}

static int stage_all(const struct writer *writer, struct opn_output **outputs)
{
	const struct extract_options *options = writer->run->options;
	const struct extract_unit *unit = writer->units[0].unit;
	int error = 0;

	if (options->manifest)
		error = stage_single(writer, options->manifest, "--manifest",
				     manifest_text(writer, unit), &outputs[0]);
	if (!error && options->graph)
		error = stage_single(writer, options->graph, "--graph",
				     graph_text(unit->unit, options->graph), &outputs[1]);
	if (!error && options->cli.output)
		error = stage_units(writer, &outputs[2]);
	if (!error && options->depfile)
		error = stage_depfile(writer, &outputs[3]);
	return error;
}

void extract_write(const struct extract_run *run)
{
	struct writer writer = { .run = run, .arena = run->sources[0].arena };
	struct opn_output *outputs[4] = { NULL };
	int error;

	place_units(&writer);
	if (!writer.count)
		return;
	error = stage_all(&writer, outputs);
	for (size_t i = 0; i < 4; i++) {
		if (error)
			opn_output_abort(outputs[i]);
		else if (outputs[i])
			error = opn_output_commit(outputs[i]);
	}
	if (!error && run->options->depfile)
		opn_depfile_touch(targets_of(&writer), run->diags);
}
