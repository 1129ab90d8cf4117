// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * record.c - the state of an output folder, as JSON in DIR/state.json
 *
 * What it says is believed: that a Makefile is ours, and that nothing is to be done. So it counts
 * only in the folder that it was written for, which its number and the time of its making tell: one
 * that came with somebody's repository has neither.
 */
#include "driver/record.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base.h"
#include "json.h"

#define STATE_VERSION 1
#define STATE_NAME    "state.json"
#define STATE_LIMIT   (256u << 20)
/* A file that is younger than this when it is read may change without a change of its times. The
 * time is that of the last change of the file's data or words (ctime): programs set the other one.
 */
#define RACY_SECONDS 2

struct opn_record {
	char *path, *folder; /* folder: which one it is, NULL when that cannot be told */
	json_t *files;	     /* path: [size, seconds, nanoseconds, inode, hash] */
	json_t *steps;
	json_t *seen; /* paths whose hash was looked up in this run */
};

/* Which folder it is, or NULL. */
static char *identify(const char *folder)
{
	struct statx status;
	char *text;

	if (statx(AT_FDCWD, folder, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status) ||
	    !(status.stx_mask & STATX_BTIME) ||
	    asprintf(&text, "%llu %lld.%09u", (unsigned long long)status.stx_ino,
		     (long long)status.stx_btime.tv_sec, status.stx_btime.tv_nsec) < 0)
		return NULL;
	return text;
}

struct opn_record *opn_record_open(const char *folder)
{
	struct opn_record *state = calloc(1, sizeof(*state));
	const char *written_for;
	json_t *root = NULL;
	char *text = NULL;
	size_t length;

	if (!state || asprintf(&state->path, "%s/" STATE_NAME, folder) < 0) {
		free(state);
		return NULL;
	}
	if (!opn_file_read(state->path, STATE_LIMIT, &text, &length))
		root = json_loadb(text, length, 0, NULL);
	free(text);
	state->folder = identify(folder);
	written_for = json_string_value(json_object_get(root, "folder"));
	if (json_integer_value(json_object_get(root, "version")) == STATE_VERSION &&
	    state->folder && written_for && !strcmp(written_for, state->folder)) {
		state->files = json_incref(json_object_get(root, "files"));
		state->steps = json_incref(json_object_get(root, "steps"));
	}
	json_decref(root);
	if (!json_is_object(state->files) || !json_is_object(state->steps)) {
		json_decref(state->files);
		json_decref(state->steps);
		state->files = json_object();
		state->steps = json_object();
	}
	state->seen = json_object();
	return state;
}

void opn_record_free(struct opn_record *state)
{
	if (!state)
		return;
	json_decref(state->files);
	json_decref(state->steps);
	json_decref(state->seen);
	free(state->path);
	free(state->folder);
	free(state);
}

int opn_record_save(struct opn_record *state, struct opn_diags *diags)
{
	json_t *root = json_object(), *files = json_object();
	const char *path;
	json_t *value;
	char *text;
	int error;

	/* Only what this run looked at: files that nobody reads any more fall out. */
	json_object_foreach(state->seen, path, value) files =
		opn_json_set(files, path, json_incref(json_object_get(state->files, path)));
	root = opn_json_set(root, "version", json_integer(STATE_VERSION));
	root = opn_json_set(root, "folder", opn_json_string(state->folder));
	root = opn_json_set(root, "files", files);
	root = opn_json_set(root, "steps", json_incref(state->steps));
	text = root ? json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	json_decref(root);
	error = text ? opn_file_write(state->path, text, strlen(text)) : -ENOMEM;
	free(text);
	return error ? opn_diag(diags, OPN_DIAG_OUTPUT_FAILED, OPN_NOWHERE, state->path,
				strerror(-error))
		     : 0;
}

/* ---- hashes ---- */

static bool same_file(const json_t *known, const struct stat *status)
{
	return json_array_size(known) == 5 &&
	       json_integer_value(json_array_get(known, 0)) == status->st_size &&
	       json_integer_value(json_array_get(known, 1)) == status->st_ctim.tv_sec &&
	       json_integer_value(json_array_get(known, 2)) == status->st_ctim.tv_nsec &&
	       json_integer_value(json_array_get(known, 3)) == (json_int_t)status->st_ino;
}

const char *opn_record_hash(struct opn_record *state, const char *path)
{
	json_t *known = json_object_get(state->files, path);
	char hash[OPN_HASH_SIZE];
	struct stat status;
	char *text;
	size_t length;

	if (stat(path, &status) || !S_ISREG(status.st_mode))
		return NULL;
	if (!known || !same_file(known, &status)) {
		time_t now = time(NULL);

		if (opn_file_read(path, 0, &text, &length))
			return NULL;
		opn_hash_hex(text, length, hash);
		free(text);
		/* A time that proves nothing is no time. */
		known = json_pack("[I, I, I, I, s]", (json_int_t)status.st_size,
				  (json_int_t)(now - status.st_ctim.tv_sec < RACY_SECONDS
						       ? -1
						       : status.st_ctim.tv_sec),
				  (json_int_t)status.st_ctim.tv_nsec, (json_int_t)status.st_ino,
				  hash);
		if (!known || json_object_set_new(state->files, path, known))
			return NULL;
	}
	json_object_set_new(state->seen, path, json_true());
	return json_string_value(json_array_get(known, 4));
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

const char *opn_record_hash_tree(struct opn_record *state, const char *folder)
{
	char *roots[] = { (char *)folder, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, by_name);
	struct opn_buf all = { 0 };
	char hash[OPN_HASH_SIZE];
	FTSENT *entry;

	while (walk && (entry = fts_read(walk))) {
		const char *file;

		if (entry->fts_info != FTS_F)
			continue;
		file = opn_record_hash(state, entry->fts_path);
		opn_buf_printf(&all, "%s\n%s\n", entry->fts_path + strlen(folder), file ?: "");
	}
	if (walk)
		fts_close(walk);
	opn_hash_hex(all.data ?: "", all.length, hash);
	opn_buf_free(&all);
	/* Kept beside the files' hashes, so that it lives as long as they do. */
	json_object_set_new(state->files, folder, json_pack("[s]", hash));
	return json_string_value(json_array_get(json_object_get(state->files, folder), 0));
}

/* ---- steps ---- */

static bool all_same(struct opn_record *state, const json_t *files)
{
	const char *path;
	json_t *value;

	json_object_foreach((json_t *)files, path, value)
	{
		const char *now = opn_record_hash(state, path);

		if (!now || !json_is_string(value) || strcmp(now, json_string_value(value)))
			return false;
	}
	return true;
}

bool opn_record_fresh(struct opn_record *state, const char *step, const char *key)
{
	const json_t *known = json_object_get(state->steps, step);
	const char *was = json_string_value(json_object_get(known, "key"));

	return was && !strcmp(was, key) && all_same(state, json_object_get(known, "inputs")) &&
	       all_same(state, json_object_get(known, "products"));
}

static json_t *hashes(struct opn_record *state, const char *const *files)
{
	json_t *object = json_object();

	for (; files && *files; files++) {
		const char *hash = opn_record_hash(state, *files);

		/* What cannot be read is never the same again. */
		object = opn_json_set(object, *files, json_string(hash ?: ""));
	}
	return object;
}

int opn_record_note(struct opn_record *state, const char *step, const char *key,
		    const char *const *inputs, const char *const *products, double seconds)
{
	json_t *object = json_object();

	object = opn_json_set(object, "key", json_string(key));
	object = opn_json_set(object, "inputs", hashes(state, inputs));
	object = opn_json_set(object, "products", hashes(state, products));
	object = opn_json_set(object, "seconds", json_real(seconds));
	return object && !json_object_set_new(state->steps, step, object) ? 0 : -ENOMEM;
}

void opn_record_forget(struct opn_record *state, const char *step)
{
	json_object_del(json_object_get(state->steps, step), "key");
}

void opn_record_remove(struct opn_record *state, const char *step)
{
	json_object_del(state->steps, step);
}

double opn_record_seconds(const struct opn_record *state, const char *step)
{
	return json_real_value(json_object_get(json_object_get(state->steps, step), "seconds"));
}

const struct opn_product *opn_record_products(const struct opn_record *state,
					      struct opn_arena *arena)
{
	struct opn_product *list = NULL;
	const char *step, *path;
	json_t *known, *hash;

	json_object_foreach(state->steps, step, known)
	{
		json_object_foreach(json_object_get(known, "products"), path, hash)
		{
			struct opn_product *product;

			if (!json_is_string(hash))
				continue;
			product = opn_arena_alloc(arena, sizeof(*product));
			if (!product)
				return list;
			*product = (struct opn_product){
				.step = opn_arena_strdup(arena, step),
				.path = opn_arena_strdup(arena, path),
				.hash = opn_arena_strdup(arena, json_string_value(hash)),
				.next = list,
			};
			list = product;
		}
	}
	return list;
}
