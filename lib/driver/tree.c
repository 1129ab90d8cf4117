// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * tree.c - which sources can have a unit's functions
 *
 * A source is worth parsing when it says the function's name, or includes the header that does:
 * text that says nothing of it cannot define it, but for macros that paste its name together. When
 * no source says it, all of them are looked into.
 */
#include "driver/tree.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "output.h"

#define DATABASE       "compile_commands.json"
#define DATABASE_LIMIT (256u << 20)
#define TRIED	       16 /* sources of a unit whose flags are looked for, once there are any */
#define SOURCE_LIMIT   (64u << 20)

/* ---- files ---- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), end = strlen(suffix);

	return length >= end && !strcmp(text + length - end, suffix);
}

/* What we wrote is nobody's source. */
static bool is_ours(const char *folder, struct opn_arena *arena)
{
	return !access(opn_arena_printf(arena, "%s/" OPN_OUTPUT_LIST, folder), F_OK) ||
	       !access(opn_arena_printf(arena, "%s/.opened", folder), F_OK);
}

const char *const *opn_tree_sources(const char *root, const char *suffix, struct opn_arena *arena)
{
	char *roots[] = { (char *)root, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, by_name);
	const char **list = NULL, **grown;
	size_t count = 0, room = 0;
	FTSENT *entry;

	while (walk && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_D && entry->fts_level &&
		    (entry->fts_name[0] == '.' || is_ours(entry->fts_path, arena))) {
			fts_set(walk, entry, FTS_SKIP);
			continue;
		}
		if (entry->fts_info != FTS_F || !ends_with(entry->fts_name, suffix))
			continue;
		if (count + 1 >= room) {
			room = room ? 2 * room : 64;
			grown = opn_arena_array(arena, room, sizeof(*grown));
			if (!grown)
				break;
			if (count)
				memcpy(grown, list, count * sizeof(*list));
			list = grown;
		}
		list[count++] = opn_arena_strdup(arena, entry->fts_path);
	}
	if (walk)
		fts_close(walk);
	return list ?: opn_arena_array(arena, 1, sizeof(*list));
}

void opn_tree_remove(const char *folder)
{
	char *roots[] = { (char *)folder, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	while (walk && (entry = fts_read(walk))) {
		if (entry->fts_info == FTS_DP)
			rmdir(entry->fts_path);
		else if (entry->fts_info != FTS_D)
			unlink(entry->fts_path);
	}
	if (walk)
		fts_close(walk);
}

/* Sources of a compile database, each once, absolute. */
static const char *const *database_sources(const char *folder, struct opn_arena *arena)
{
	char *path = opn_arena_printf(arena, "%s/" DATABASE, folder);
	const char **list;
	size_t index, length, used = 0;
	json_t *root, *entry;
	char *text;

	if (!path || opn_file_read(path, DATABASE_LIMIT, &text, &length))
		return NULL;
	root = json_loadb(text, length, 0, NULL);
	free(text);
	list = opn_arena_array(arena, json_array_size(root) + 1, sizeof(*list));
	json_array_foreach(root, index, entry)
	{
		const char *file = json_string_value(json_object_get(entry, "file"));
		const char *from = json_string_value(json_object_get(entry, "directory"));
		bool known = false;

		if (!list || !file)
			continue;
		from = opn_path_join(arena, folder, from ?: ".");
		file = opn_path_join(arena, from, file);
		for (size_t i = 0; i < used && !known; i++)
			known = !strcmp(list[i], file);
		if (!known)
			list[used++] = file;
	}
	json_decref(root);
	return list;
}

/* ---- functions ---- */

/* What a source must say to be able to have the function: its name, or, of "FILE:LINE", the file's
 * name in an #include. */
static const char *clue(const char *function, struct opn_arena *arena)
{
	const char *colon = strrchr(function, ':');

	if (!colon)
		return function;
	return opn_path_basename(opn_arena_strndup(arena, function, (size_t)(colon - function)));
}

static bool is_wanted(const struct opn_spec_unit *unit, const char *root, const char *source,
		      const char *text, const char *function, struct opn_arena *arena)
{
	const char *colon = strrchr(function, ':');

	for (size_t i = 0; i < unit->resolve.count; i++) {
		const struct opn_spec_entry *entry = &unit->resolve.entry[i];
		size_t length = strcspn(entry->value, ":");

		if (strcmp(entry->key, function))
			continue;
		return ends_with(source, opn_arena_strndup(arena, entry->value, length));
	}
	if (colon) {
		const char *file = opn_path_join(
			arena, root,
			opn_arena_strndup(arena, function, (size_t)(colon - function)));

		if (!strcmp(file, source))
			return true;
	}
	return opn_has_word(text, clue(function, arena));
}

/* A function that is named by its file is in no other source. */
static bool stands_in(const char *function, const char *root, const char *source,
		      struct opn_arena *arena)
{
	const char *colon = strrchr(function, ':');

	return colon && !strcmp(opn_path_join(arena, root,
					      opn_arena_strndup(arena, function,
								(size_t)(colon - function))),
				source);
}

static const char *const *choose_sources(const struct opn_spec_unit *unit, const char *root,
					 const char *const *all, struct opn_arena *arena)
{
	const char **chosen;
	size_t count = 0, used = 0;
	bool *take, *said;

	while (all[count])
		count++;
	chosen = opn_arena_array(arena, count + 1, sizeof(*chosen));
	take = opn_arena_array(arena, count + 1, sizeof(*take));
	said = opn_arena_array(arena, count + 1, sizeof(*said));
	if (!chosen || !take || !said)
		return NULL;
	for (size_t f = 0; f < unit->functions.count; f++) {
		const char *function = unit->functions.word[f].text;
		bool own = false, any = false, programs = false;

		for (size_t s = 0; s < count && !own; s++) {
			own = stands_in(function, root, all[s], arena);
			take[s] |= own;
		}
		for (size_t s = 0; s < count && !own; s++) {
			size_t length;
			char *text;

			if (opn_file_read(all[s], SOURCE_LIMIT, &text, &length))
				continue;
			if (is_wanted(unit, root, all[s], text, function, arena)) {
				bool is_bpf = opn_has_word(text, "SEC");

				/* User space that says the name loads the program. */
				if (is_bpf && !programs)
					memset(said, 0, count * sizeof(*said));
				programs |= is_bpf;
				said[s] = is_bpf || !programs;
				any = true;
			}
			free(text);
		}
		for (size_t s = 0; s < count; s++) {
			take[s] |= said[s];
			said[s] = false;
		}
		for (size_t s = 0; s < count && !own && !any; s++)
			take[s] = true;
	}
	for (size_t s = 0; s < count; s++) {
		if (take[s])
			chosen[used++] = all[s];
	}
	return chosen;
}

/* ---- a unit's tree ---- */

/* The files of "FILE:LINE" are there; else which one may be meant. */
static int check_files(const struct opn_spec_unit *unit, const char *root, struct opn_arena *arena,
		       struct opn_diags *diags)
{
	int error = 0;

	for (size_t i = 0; i < unit->functions.count; i++) {
		const struct opn_spec_word *word = &unit->functions.word[i];
		const char *colon = strrchr(word->text, ':'), *file, *folder,
			   *near, *const * sources;
		const char **names;
		size_t count = 0;

		if (!colon)
			continue;
		file = opn_arena_strndup(arena, word->text, (size_t)(colon - word->text));
		if (!access(opn_path_join(arena, root, file), R_OK))
			continue;
		error = opn_diag(diags, OPN_DIAG_INPUT_UNREADABLE, word->loc, file,
				 strerror(errno));
		sources = opn_tree_sources(root, ".c", arena);
		while (sources && sources[count])
			count++;
		names = opn_arena_array(arena, count + 1, sizeof(*names));
		for (size_t s = 0; names && s < count; s++)
			names[s] = opn_path_relative(arena, root, sources[s]);
		near = names ? opn_suggest(file, names) : NULL;
		folder = unit->path ?: unit->repository;
		if (near)
			opn_diag_note(diags, OPN_NOWHERE,
				      "files are as seen from '%s'; did you mean '%s'?", folder,
				      near);
		else
			opn_diag_note(diags, OPN_NOWHERE, "files are as seen from '%s'", folder);
	}
	return error;
}

static const char *const *named_sources(const struct opn_spec_unit *unit, const char *root,
					struct opn_arena *arena)
{
	const char **list = opn_arena_array(arena, unit->sources.count + 1, sizeof(*list));

	for (size_t i = 0; list && i < unit->sources.count; i++)
		list[i] = opn_path_join(arena, root, unit->sources.word[i].text);
	return list;
}

static const char *const *flag_words(const struct opn_spec_words *words, struct opn_arena *arena)
{
	const char **list = opn_arena_array(arena, words->count + 1, sizeof(*list));

	for (size_t i = 0; list && i < words->count; i++)
		list[i] = words->word[i].text;
	return list;
}

static int find_database(const struct opn_spec_unit *unit, struct opn_arena *arena,
			 struct opn_diags *diags, struct opn_tree *tree)
{
	static const char *const places[] = { ".", "build", "out", NULL };

	if (unit->database) {
		tree->database = opn_path_join(arena, tree->root, unit->database);
		if (ends_with(tree->database, "/" DATABASE))
			tree->database = opn_path_join(arena, tree->database, "..");
		if (!access(opn_arena_printf(arena, "%s/" DATABASE, tree->database), R_OK))
			return 0;
		return opn_diag(diags, OPN_DIAG_DATABASE_MISSING, unit->loc, unit->name);
	}
	for (const char *const *place = places; *place; place++) {
		tree->database = opn_path_join(arena, tree->root, *place);
		if (!access(opn_arena_printf(arena, "%s/" DATABASE, tree->database), R_OK))
			return 0;
	}
	opn_diag(diags, OPN_DIAG_DATABASE_MISSING, unit->loc, unit->name);
	opn_diag_note(
		diags, OPN_NOWHERE,
		"say 'compile: {database: FOLDER}' or 'compile: {flags: [...]}', or have them "
		"found out: 'compile: {infer: true}'");
	return -EINVAL;
}

static int infer(const struct opn_spec_unit *unit, const char *clang, const char *const *known,
		 struct opn_arena *arena, struct opn_diags *diags, struct opn_tree *tree)
{
	struct opn_buf list = { 0 };
	const char *const *given = tree->flags;
	const char *why = NULL;

	tree->flags = known;
	/* Each source may need more; one that cannot be had with any flags does not spoil them. */
	for (size_t s = 0; !known && tree->sources[s] && (!tree->flags || s < TRIED); s++)
		tree->flags = opn_tree_infer(tree->root, tree->sources[s], clang, given,
					     tree->flags, arena, &why)
				      ?: tree->flags;
	if (!tree->flags) {
		opn_diag(diags, OPN_DIAG_FLAGS_UNKNOWN, unit->loc, unit->name,
			 why ?: "no source has its functions");
		opn_diag_note(diags, OPN_NOWHERE,
			      "what you know of them helps: 'compile: {infer: true, flags: "
			      "[-DNAME, ...]}'");
		return -EINVAL;
	}
	for (const char *const *flag = tree->flags; *flag; flag++)
		opn_buf_printf(&list, "%s\"%s\"", flag == tree->flags ? "" : ", ", *flag);
	opn_diag(diags, OPN_DIAG_FLAGS_INFERRED, unit->loc, unit->name);
	opn_diag_note(diags, OPN_NOWHERE, "to pin them: 'compile: {flags: [%s]}'", list.data ?: "");
	opn_buf_free(&list);
	return 0;
}

int opn_tree_open(const struct opn_spec_unit *unit, const char *cache, const char *clang,
		  const char *const *known, struct opn_arena *arena, struct opn_diags *diags,
		  struct opn_tree *out)
{
	const char *const *all;
	char here[4096];
	int error = 0;

	*out = (struct opn_tree){ 0 };
	if (unit->repository)
		error = opn_tree_fetch(unit, cache, arena, diags, &out->root, &out->revision);
	else
		out->root = opn_path_join(arena, getcwd(here, sizeof(here)) ?: ".", unit->path);
	if (error)
		return error;
	error = check_files(unit, out->root, arena, diags);
	if (error)
		return error;
	if (unit->flags)
		out->flags = flag_words(unit->flags, arena);
	else if (!unit->infer)
		error = find_database(unit, arena, diags, out);
	if (error)
		return error;
	if (unit->sources.count) {
		out->sources = named_sources(unit, out->root, arena);
	} else {
		all = out->database ? database_sources(out->database, arena)
				    : opn_tree_sources(out->root, ".c", arena);
		if (!all)
			return opn_diag(diags, OPN_DIAG_DATABASE_INVALID, unit->loc,
					out->database ?: out->root);
		out->sources = choose_sources(unit, out->root, all, arena);
	}
	if (!out->sources)
		return -ENOMEM;
	if (!*out->sources)
		return opn_diag(diags, OPN_DIAG_FUNCTION_MISSING, unit->loc,
				unit->functions.word[0].text, out->root);
	return unit->infer ? infer(unit, clang, known, arena, diags, out) : 0;
}
