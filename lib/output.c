// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * output.c - an output transaction's beginning: what may be written, and staging it
 *
 * A folder that does not exist yet is made under a temporary name beside its place, filled like an
 * existing one, and renamed by the commit (output_commit.c).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output_state.h"

enum { MARKER_WITHIN = 4096 };

/* How deep a folder of empty folders may be and still count as empty. */
#define EMPTY_DEPTH 16

static int has_entries(int dirfd, const char *name, int depth);

static int is_entry(DIR *dir, const struct dirent *entry, int depth)
{
	int found;

	if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
	    !strncmp(entry->d_name, OPN_TEMPORARY_PREFIX, strlen(OPN_TEMPORARY_PREFIX)))
		return 0;
	found = depth ? has_entries(dirfd(dir), entry->d_name, depth - 1) : 1;
	/* no folder, or none to be read: somebody's */
	return found < 0 ? 1 : found;
}

/* Whether something is in a folder that is no temporary of ours, and no folder that is empty: build
 * tools make folders for what they expect. Returns 1, 0, or -errno. */
static int has_entries(int dirfd, const char *name, int depth)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *entry;
	int found = 0;
	DIR *dir;

	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (!found && (entry = readdir(dir)))
		found = is_entry(dir, entry, depth);
	closedir(dir);
	return found;
}

static bool is_own_name(const char *path)
{
	return !strcmp(path, OPN_OUTPUT_LIST) ||
	       !strncmp(path, OPN_TEMPORARY_PREFIX, strlen(OPN_TEMPORARY_PREFIX));
}

/* Takes the "files" of a list that is as we write it; its names decide what is deleted, so that
 * nothing is believed. Returns NULL for any other text. */
static json_t *parse_list(const char *text, size_t length)
{
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL), *files, *value;
	const char *path;

	files = json_object_get(root, "files");
	if (json_integer_value(json_object_get(root, "version")) != OPN_OUTPUT_LIST_VERSION ||
	    !json_is_object(files)) {
		json_decref(root);
		return NULL;
	}
	json_object_foreach(files, path, value)
	{
		if (!opn_path_contained(path) || is_own_name(path) || !json_is_string(value)) {
			json_decref(root);
			return NULL;
		}
	}
	json_incref(files);
	json_decref(root);
	return files;
}

static int read_list(struct opn_output *output)
{
	int error, entries = has_entries(output->dirfd, ".", EMPTY_DEPTH);
	char *text = NULL;
	size_t length;

	if (entries < 0)
		return opn_output_failed(output, NULL, entries);
	error = opn_file_read_at(output->dirfd, OPN_OUTPUT_LIST, OPN_OUTPUT_LIST_LIMIT, &text,
				 &length);
	if (!error)
		output->list = parse_list(text, length);
	free(text);
	if (entries && !output->list && !output->force)
		return opn_output_foreign(
			output, NULL,
			error ? "it is not empty and has no list '" OPN_OUTPUT_LIST
				"' of files that this tool wrote"
			      : "its list '" OPN_OUTPUT_LIST "' is not as this tool writes it");
	if (!output->list)
		output->list = json_object();
	return output->list ? 0 : opn_output_failed(output, NULL, -ENOMEM);
}

static int begin_directory(struct opn_output *output)
{
	int fd = openat(output->parentfd, output->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		output->dirfd = fd;
		opn_temporary_sweep(fd);
		return read_list(output);
	}
	if (errno != ENOENT)
		return opn_output_failed(output, NULL, -errno);
	fd = opn_temporary_create(output->parentfd, true, output->temporary);
	if (fd < 0) {
		output->temporary[0] = '\0';
		return opn_output_failed(output, NULL, fd);
	}
	output->is_new = true;
	output->dirfd = fd;
	output->list = json_object();
	return output->list ? 0 : opn_output_failed(output, NULL, -ENOMEM);
}

/* Whether the file at the target has our marker: 1, 0 or -errno. */
static int has_marker(const struct opn_output *output)
{
	char start[MARKER_WITHIN];
	ssize_t length;
	int fd;

	if (!output->marker)
		return 0;
	fd = openat(output->parentfd, output->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, start, sizeof(start));
	if (length < 0)
		length = -errno;
	close(fd);
	if (length < 0)
		return (int)length;
	return !!memmem(start, (size_t)length, output->marker, strlen(output->marker));
}

static int begin_file(struct opn_output *output)
{
	struct stat st;
	int found;

	output->dirfd = output->parentfd;
	if (output->is_special)
		return 0;
	if (fstatat(output->parentfd, output->name, &st, 0))
		return errno == ENOENT ? 0 : opn_output_failed(output, NULL, -errno);
	if (S_ISDIR(st.st_mode))
		return opn_output_failed(output, NULL, -EISDIR);
	if (output->force || !st.st_size)
		return 0;
	found = has_marker(output);
	if (found < 0)
		return opn_output_failed(output, NULL, found);
	return found ? 0 : opn_output_foreign(output, NULL, "it does not carry this tool's mark");
}

/* Opens the folder that the target is in; the user's own links on the way are followed, and so is a
 * link that is the target. */
static int open_target(struct opn_output *output)
{
	char *real = output->is_special ? NULL : realpath(output->target, NULL);
	char *path = opn_arena_strdup(output->arena, real ? real : output->target), *slash;

	free(real);
	if (!path)
		return opn_output_failed(output, NULL, -ENOMEM);
	for (size_t length = strlen(path); length > 1 && path[length - 1] == '/'; length--)
		path[length - 1] = '\0';
	if (!path[0])
		return opn_output_failed(output, NULL, -ENOENT);
	slash = strrchr(path, '/');
	output->name = slash && slash[1] ? slash + 1 : slash ? "." : path;
	if (slash && slash != path)
		*slash = '\0';
	output->parentfd = open(!slash		? "."
				: slash == path ? "/"
						: path,
				O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return output->parentfd < 0 ? opn_output_failed(output, NULL, -errno) : 0;
}

int opn_output_begin(const char *target, bool is_directory, const char *marker, bool force,
		     struct opn_diags *diags, struct opn_output **out)
{
	struct opn_output *output = calloc(1, sizeof(*output));
	int error;

	*out = NULL;
	if (output)
		output->arena = opn_arena_new(NULL, NULL);
	if (!output || !output->arena) {
		free(output);
		opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, target, strerror(ENOMEM));
		return -ENOMEM;
	}
	output->diags = diags;
	output->is_directory = is_directory;
	output->force = force;
	output->parentfd = output->dirfd = output->stagefd = -1;
	output->end = &output->files;
	output->marker = marker;
	output->target = opn_arena_strdup(output->arena, target);
	if (!output->target)
		output->target = "output";
	output->is_special = !is_directory && opn_file_is_stream(target);
	error = open_target(output);
	if (!error)
		opn_temporary_sweep(output->parentfd);
	if (!error)
		error = is_directory ? begin_directory(output) : begin_file(output);
	if (error) {
		opn_output_abort(output);
		return error;
	}
	*out = output;
	return 0;
}

/* Whether what stands at path may be replaced by text: 0, or an error that was reported. *same is
 * set when it already is that text. */
static int check_existing(struct opn_output *output, const char *path, const char *text,
			  size_t length, bool *same)
{
	const char *name, *listed = json_string_value(json_object_get(output->list, path));
	int fd = opn_output_parent(output, path, false, &name), error;
	char *old = NULL, hash[OPN_HASH_SIZE];
	size_t old_length;

	*same = false;
	if (fd == -ENOENT)
		return 0;
	if (fd == -ENOTDIR || fd == -ELOOP)
		return opn_diag(output->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE,
				opn_output_shown(output, path),
				"a file or a symbolic link is where a folder is to be");
	if (fd < 0)
		return opn_output_failed(output, path, fd);
	error = opn_file_read_at(fd, name, 0, &old, &old_length);
	close(fd);
	if (error == -ENOENT)
		return 0;
	if (error == -EISDIR)
		return opn_output_failed(output, path, error);
	if (!error) {
		*same = old_length == length && !memcmp(old, text, length);
		opn_hash_hex(old, old_length, hash);
		free(old);
	}
	/* a single file was looked at when the transaction began */
	if (*same || output->force || !output->is_directory ||
	    (!error && listed && !strcmp(listed, hash)))
		return 0;
	/* no regular file, or one that may not be read */
	if (error && error != -ELOOP && error != -EINVAL)
		return opn_output_failed(output, path, error);
	return opn_output_foreign(output, path,
				  error	   ? "it is no regular file"
				  : listed ? "this tool wrote a file there, but not this text: "
					     "it was edited since"
					   : "it is not in the list '" OPN_OUTPUT_LIST "'");
}

static int check_path(struct opn_output *output, const char *path)
{
	json_t *name = json_string(path);

	/* the list is JSON and could not name it */
	if (!name)
		return opn_diag(output->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE,
				opn_output_shown(output, path), "its name is not UTF-8");
	json_decref(name);
	if (!opn_path_contained(path))
		return opn_diag(output->diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE,
				opn_output_shown(output, path),
				"it is not inside the output folder");
	for (const struct opn_output_staged *file = output->files; file; file = file->next) {
		if (!strcmp(file->path, path))
			return opn_output_failed(output, path, -EEXIST);
	}
	return is_own_name(path) ? opn_output_failed(output, path, -EEXIST) : 0;
}

static int add_special(struct opn_output *output, const char *text, size_t length)
{
	output->special_text = malloc(length + 1);
	if (!output->special_text)
		return opn_output_failed(output, NULL, -ENOMEM);
	memcpy(output->special_text, text, length);
	output->special_length = length;
	return 0;
}

int opn_output_add(struct opn_output *output, const char *path, const char *text, size_t length)
{
	struct opn_output_staged *file = opn_arena_alloc(output->arena, sizeof(*file));
	bool same = false;
	int error;

	if (output->is_special)
		return add_special(output, text, length);
	if (!output->is_directory)
		path = output->name;
	if (file)
		file->path = opn_arena_strdup(output->arena, path);
	if (!file || !file->path)
		return opn_output_failed(output, path, -ENOMEM);
	error = output->is_directory ? check_path(output, path) : 0;
	if (!error)
		error = check_existing(output, path, text, length, &same);
	if (error)
		return error;
	opn_hash_hex(text, length, file->hash);
	if (!same) {
		error = opn_output_stage_text(output, text, length, file->name);
		if (error)
			return opn_output_failed(output, path, error);
	}
	*output->end = file;
	output->end = &file->next;
	return 0;
}

int opn_output_file(const char *target, const char *marker, bool force, const char *text,
		    size_t length, struct opn_diags *diags)
{
	struct opn_output *output;
	int error = opn_output_begin(target, false, marker, force, diags, &output);

	if (error)
		return error;
	error = opn_output_add(output, NULL, text, length);
	if (!error)
		return opn_output_commit(output);
	opn_output_abort(output);
	return error;
}
