/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * transform_write.c - where rewritten files go: the standard output, one file, a tree, or home
 *
 * A tree gets every project file of the sources, changed or not, so that its includes lead to the
 * rewritten headers, but for those that are found elsewhere and that nothing changes; the shim
 * header stands beside the source that needs it.
 */
#include "transform.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "depfile.h"
#include "output.h"

static bool is_stdout(const char *path)
{
	return path && !strcmp(path, "-");
}

/* ---- the shim header ---- */

/* The words that the user chose, or what a test run needs, for the pair's options. */
static const struct opn_pair_choice *choices_for(const struct transform_run *run,
						 const struct opn_pair *pair, bool test_run,
						 size_t *count)
{
	struct opn_pair_choice *choices =
		opn_arena_array(run->arena, pair->option_count + 1, sizeof(*choices));

	*count = 0;
	for (size_t i = 0; i < pair->option_count; i++) {
		const struct opn_pair_option *option = &pair->options[i];
		const char *word = test_run ? option->test_run : NULL;

		for (size_t c = 0; !word && c < CHOICE_COUNT; c++) {
			if (!strcmp(transform_choice_names[c], option->name))
				word = run->options->choice[c];
		}
		if (word)
			choices[(*count)++] = (struct opn_pair_choice){ option->name, word };
	}
	return choices;
}

int transform_shim(const struct transform_run *run, const struct opn_pair *pair, bool test_run,
		   char **out)
{
	const char *shims = opn_arena_printf(run->arena, "%s/shims", run->folder);
	size_t count;
	const struct opn_pair_choice *choices = choices_for(run, pair, test_run, &count);
	int error = opn_pair_shim(pair, shims, choices, count, run->diags, out);

	if (error == -ENOMEM)
		opn_cli_no_memory(NULL);
	return error;
}

/* ---- one file ---- */

static int write_stream(const struct transform_run *run, const struct opn_transformed_file *file)
{
	if (fwrite(file->after, 1, file->after_length, stdout) == file->after_length &&
	    !fflush(stdout))
		return 0;
	return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, "-", strerror(errno));
}

/* The folder of a path, with a slash behind it, or "". */
static const char *folder_of(struct opn_arena *arena, const char *path)
{
	return opn_arena_strndup(arena, path, (size_t)(opn_path_basename(path) - path));
}

/* The pair whose shim the result includes, or NULL. */
static const struct opn_pair *shim_pair(const struct transform_source *source)
{
	return opn_transformation_is_way_back(source->transformation)
		       ? NULL
		       : opn_transformation_pair(source->transformation);
}

/* Where the sources look for the shim header; absolute. */
static const char *shim_path(const struct transform_run *run, const struct opn_pair *pair)
{
	return opn_arena_printf(run->arena, "%s/%s", run->shim_folder, pair->shim);
}

static int write_shim(const struct transform_run *run, const struct opn_pair *pair,
		      const char *target)
{
	char *text, *old;
	size_t length;
	int error = transform_shim(run, pair, false, &text);

	if (error)
		return error;
	/* Two units in one folder share it. */
	if (!opn_file_read(target, 0, &old, &length)) {
		bool same = length == strlen(text) && !memcmp(old, text, length);

		free(old);
		if (same) {
			free(text);
			return 0;
		}
	}
	error = opn_output_file(target, OPN_OUTPUT_REWRITTEN, run->options->cli.force, text,
				strlen(text), run->diags);
	free(text);
	return error;
}

/* Whether a product would overwrite a file that was read. */
static bool is_input(const struct opn_transformed_file *files, size_t count, const char *path)
{
	struct stat a, b;

	if (stat(path, &a))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!stat(files[i].absolute, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
			return true;
	}
	return false;
}

static int write_file(const struct transform_run *run, const struct transform_source *source)
{
	const char *output = run->options->cli.output;
	size_t count;
	const struct opn_transformed_file *files =
		opn_transformation_files(source->transformation, &count);
	const struct opn_pair *pair = shim_pair(source);
	int error = 0;

	for (size_t i = 1; i < count; i++) {
		char *text;

		if (!files[i].changed)
			continue;
		text = opn_cli_format("'%s' changes too: give a folder to -o", files[i].path);
		error = opn_diag(run->diags, OPN_DIAG_USAGE, OPN_NOWHERE, text);
		free(text);
	}
	if (error)
		return error;
	if (is_stdout(output))
		return write_stream(run, &files[0]);
	if (is_input(files, count, output))
		return opn_diag(run->diags, OPN_DIAG_OUTPUT_SAME, OPN_NOWHERE, output);
	if (!pair)
		return opn_output_file(output, NULL, run->options->cli.force, files[0].after,
				       files[0].after_length, run->diags);
	/* What includes the shim was rewritten. */
	error = opn_output_file(output, opn_arena_printf(run->arena, "%s\"", pair->shim),
				run->options->cli.force, files[0].after, files[0].after_length,
				run->diags);
	return error
		       ?: write_shim(run, pair,
				     opn_arena_printf(run->arena, "%s%s",
						      folder_of(run->arena, output), pair->shim));
}

/* ---- a tree ---- */

/* The project's root, or the deepest folder that holds it and all files of all sources; ends with a
 * slash. */
static const char *common_folder(const struct transform_run *run)
{
	const char *common = opn_arena_printf(run->arena, "%s/", run->root);
	size_t length = strlen(common);

	for (size_t s = 0; s < run->source_count; s++) {
		size_t count;
		const struct opn_transformed_file *files =
			opn_transformation_files(run->sources[s].transformation, &count);

		for (size_t i = 0; i < count; i++) {
			while (strncmp(common, files[i].absolute, length)) {
				length--;
				while (length && common[length - 1] != '/')
					length--;
			}
		}
	}
	return opn_arena_strndup(run->arena, common, length);
}

/* Whether what is outside the root can stay there: headers that do not change, that folders of
 * headers lead to, and that cannot include any that does. */
static bool is_root_enough(const struct transform_run *run)
{
	for (size_t s = 0; s < run->source_count; s++) {
		const struct transform_source *source = &run->sources[s];
		size_t count;
		const struct opn_transformed_file *files =
			opn_transformation_files(source->transformation, &count);

		for (size_t i = 0; i < count; i++) {
			bool is_inside = opn_path_inside(run->root, files[i].absolute);

			if (i ? files[i].changed : !is_inside)
				return false;
			if (!is_inside && !transform_is_searched(run, source, files[i].absolute))
				return false;
		}
	}
	return true;
}

/* The folder that the tree stands for, with a slash behind it. */
static const char *tree_base(const struct transform_run *run)
{
	return is_root_enough(run) ? opn_arena_printf(run->arena, "%s/", run->root)
				   : common_folder(run);
}

static int report_conflict(const struct transform_run *run, const char *path)
{
	return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, path,
			"two sources need it rewritten in different ways; rewrite them into "
			"folders of their own");
}

struct added {
	const char *path, *text;
	struct added *next;
};

/* Stages a file once; two sources that want different texts of it exclude each other. */
static int add_once(const struct transform_run *run, struct opn_output *output, struct added **all,
		    const char *path, const char *text, size_t length)
{
	struct added *added;

	for (added = *all; added; added = added->next) {
		if (strcmp(added->path, path))
			continue;
		if (!strcmp(added->text, text))
			return 0;
		return report_conflict(run, path);
	}
	added = opn_arena_alloc(run->arena, sizeof(*added));
	*added = (struct added){ path, opn_arena_strndup(run->arena, text, length), *all };
	*all = added;
	return opn_output_add(output, path, text, length);
}

/* Beside the source. */
static int add_shim(const struct transform_run *run, const struct opn_pair *pair, const char *base,
		    struct opn_output *output, struct added **all)
{
	char *text;
	int error = transform_shim(run, pair, false, &text);

	if (error)
		return error;
	error = add_once(run, output, all, shim_path(run, pair) + strlen(base), text, strlen(text));
	free(text);
	return error;
}

/* Not even --force overwrites what was read: the tree may be the project itself. */
static int check_inputs(const struct transform_run *run, const char *base)
{
	size_t skip = strlen(base);
	int error = 0;

	for (size_t s = 0; s < run->source_count; s++) {
		size_t count;
		const struct opn_transformed_file *files =
			opn_transformation_files(run->sources[s].transformation, &count);

		for (size_t i = 0; i < count; i++) {
			const char *product;

			if (strncmp(files[i].absolute, base, skip))
				continue;
			product = opn_arena_printf(run->arena, "%s/%s", run->options->cli.output,
						   files[i].absolute + skip);
			if (is_input(files, count, product))
				error = opn_diag(run->diags, OPN_DIAG_OUTPUT_SAME, OPN_NOWHERE,
						 product);
		}
	}
	return error;
}

static int add_source(const struct transform_run *run, const struct transform_source *source,
		      const char *base, struct opn_output *output, struct added **all)
{
	size_t count, skip = strlen(base);
	const struct opn_transformed_file *files =
		opn_transformation_files(source->transformation, &count);
	const struct opn_pair *pair = shim_pair(source);
	const char *main_path = files[0].absolute + skip;
	char *text;
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		if (!strncmp(files[i].absolute, base, skip))
			error = add_once(run, output, all, files[i].absolute + skip, files[i].after,
					 files[i].after_length);
	}
	if (!error && pair)
		error = add_shim(run, pair, base, output, all);
	if (error)
		return error;
	text = transform_manifest(run, source);
	error = opn_output_add(output, opn_arena_printf(run->arena, "%s.transform.json", main_path),
			       text, strlen(text));
	free(text);
	return error;
}

static int write_tree(const struct transform_run *run)
{
	const char *base = tree_base(run);
	struct opn_output *output;
	struct added *all = NULL;
	int error = check_inputs(run, base);

	if (error)
		return error;
	error = opn_output_begin(run->options->cli.output, true, NULL, run->options->cli.force,
				 run->diags, &output);

	if (error)
		return error;
	for (size_t i = 0; i < run->source_count && !error; i++)
		error = add_source(run, &run->sources[i], base, output, &all);
	if (!error)
		error = transform_add_build_files(run, base, output);
	if (!error)
		return opn_output_commit(output);
	opn_output_abort(output);
	return error;
}

/* ---- at home ---- */

struct change {
	const struct opn_transformed_file *file;
	struct change *next;
};

/* All files that change, each once; sources that want different texts exclude each other. */
static int collect_changes(const struct transform_run *run, struct change **all)
{
	for (size_t s = 0; s < run->source_count; s++) {
		size_t count;
		const struct opn_transformed_file *files =
			opn_transformation_files(run->sources[s].transformation, &count);

		for (size_t i = 0; i < count; i++) {
			struct change *change = *all;

			while (change && strcmp(change->file->absolute, files[i].absolute))
				change = change->next;
			if (change && strcmp(change->file->after, files[i].after))
				return report_conflict(run, files[i].path);
			if (change)
				continue;
			change = opn_arena_alloc(run->arena, sizeof(*change));
			*change = (struct change){ &files[i], *all };
			*all = change;
		}
	}
	return 0;
}

/* The deepest folder that holds the root and all sources that were named. */
static const char *home(const struct transform_run *run)
{
	char *folder = opn_arena_strdup(run->arena, run->root);

	for (size_t s = 0; s < run->source_count; s++) {
		size_t count;
		const struct opn_transformed_file *files =
			opn_transformation_files(run->sources[s].transformation, &count);

		while (strcmp(folder, "/") && !opn_path_inside(folder, files[0].absolute))
			folder = opn_path_join(run->arena, folder, "..");
	}
	return folder;
}

static bool is_named(const struct transform_run *run, const struct change *change)
{
	for (size_t s = 0; s < run->source_count; s++) {
		size_t count;
		const struct opn_transformed_file *files =
			opn_transformation_files(run->sources[s].transformation, &count);

		if (!strcmp(files[0].absolute, change->file->absolute))
			return true;
	}
	return false;
}

/* Headers that change: nobody looked at the sources that were not named. */
static void tell_headers(const struct transform_run *run, const struct change *change)
{
	for (; change; change = change->next) {
		if (change->file->changed && !is_named(run, change))
			opn_diag(run->diags, OPN_DIAG_TRANSFORM_HEADER, OPN_NOWHERE,
				 change->file->path);
	}
}

/* What was not named is changed only below that folder: a source's text and links say where headers
 * are, and must not lead out. */
static int check_home(const struct transform_run *run, const struct change *change)
{
	const char *folder = home(run);
	char real_folder[PATH_MAX], real[PATH_MAX];

	if (!realpath(folder, real_folder))
		strcpy(real_folder, "/");
	for (; change; change = change->next) {
		if (is_named(run, change) || !change->file->changed ||
		    !realpath(change->file->absolute, real) || opn_path_inside(real_folder, real))
			continue;
		return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, change->file->path,
				opn_arena_printf(run->arena,
						 "it is '%s', outside of '%s', and was not named",
						 real, real_folder));
	}
	return 0;
}

static int write_home(const struct transform_run *run)
{
	struct change *all = NULL, *change, *undo;
	int error = collect_changes(run, &all) ?: check_home(run, all);

	if (!error) {
		const struct opn_pair *pair = shim_pair(&run->sources[0]);
		const char *shim = pair ? shim_path(run, pair) : NULL;
		struct stat st;

		if (shim && !lstat(shim, &st) && S_ISLNK(st.st_mode))
			return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, shim,
					"a symbolic link is where the header is to be");
		error = shim ? write_shim(run, pair, shim) : 0;
	}
	if (error)
		return error;
	for (change = all; change; change = change->next) {
		if (!change->file->changed)
			continue;
		error = opn_file_write(change->file->absolute, change->file->after,
				       change->file->after_length);
		if (error)
			break;
	}
	if (!error) {
		tell_headers(run, all);
		return 0;
	}
	for (undo = all; undo != change; undo = undo->next) {
		if (undo->file->changed)
			opn_file_write(undo->file->absolute, undo->file->before,
				       undo->file->before_length);
	}
	return opn_diag(run->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, change->file->path,
			strerror(-error));
}

/* ---- the rest ---- */

static bool is_folder(const char *path)
{
	struct stat status;
	size_t length = strlen(path);

	if (!stat(path, &status))
		return S_ISDIR(status.st_mode);
	return length < 2 || strcmp(path + length - 2, ".c");
}

static int write_text(const struct transform_run *run, const char *path, char *text)
{
	int error = 0;

	if (!text)
		opn_cli_no_memory(NULL);
	if (is_stdout(path))
		fputs(text, stdout);
	else
		error = opn_output_file(path, NULL, true, text, strlen(text), run->diags);
	free(text);
	return error;
}

/* The source's place in OUT. */
static const char *target_of(const struct transform_run *run,
			     const struct opn_transformed_file *files)
{
	const char *out = run->options->cli.output;

	return is_folder(out) ? opn_arena_printf(run->arena, "%s/%s", out,
						 files[0].absolute + strlen(tree_base(run)))
			      : out;
}

/* What is made, and from what; written as a compiler's, over whatever is there but an input. */
struct depfile {
	const char **targets;
	char *text; /* NULL: not asked for */
};

static int make_depfile(const struct transform_run *run, struct depfile *made)
{
	const char *path = run->options->depfile;
	const char *const **lists =
		opn_arena_array(run->arena, run->source_count + 1, sizeof(*lists));
	char here[PATH_MAX];

	if (!path)
		return 0;
	made->targets = opn_arena_array(run->arena, run->source_count + 1, sizeof(const char *));
	for (size_t i = 0; i < run->source_count; i++) {
		const struct opn_transformation *from = run->sources[i].transformation;
		size_t count;
		const struct opn_transformed_file *files = opn_transformation_files(from, &count);

		if (is_input(files, count, path))
			return opn_diag(run->diags, OPN_DIAG_OUTPUT_SAME, OPN_NOWHERE, path);
		made->targets[i] = target_of(run, files);
		lists[i] = opn_transformation_dependencies(from);
	}
	return opn_depfile_make(made->targets, lists, getcwd(here, sizeof(here)), run->diags,
				&made->text);
}

int transform_write(const struct transform_run *run)
{
	const struct transform_options *options = run->options;
	const char *output = options->cli.output;
	struct depfile depfile = { 0 };
	int error = make_depfile(run, &depfile);

	if (error)
		return error;
	if (options->in_place) {
		error = write_home(run);
	} else if (output && !is_stdout(output) && is_folder(output)) {
		error = write_tree(run);
	} else if (output && run->source_count > 1) {
		error = opn_diag(run->diags, OPN_DIAG_USAGE, OPN_NOWHERE,
				 "several sources need a folder in -o");
	} else if (output) {
		error = write_file(run, &run->sources[0]);
	}
	if (!error && options->manifest)
		error = write_text(run, options->manifest,
				   transform_manifest(run, &run->sources[0]));
	if (!error && options->fixes)
		error = write_text(run, options->fixes,
				   opn_transformation_fixes(run->sources[0].transformation));
	if (depfile.text && error)
		free(depfile.text);
	else if (depfile.text)
		error = write_text(run, options->depfile, depfile.text)
				?: opn_depfile_touch(depfile.targets, run->diags);
	return error;
}
