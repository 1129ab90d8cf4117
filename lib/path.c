// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * path.c - paths as text
 *
 * No file is looked at, so that a result depends on nothing but the text.
 */
#include <string.h>

#include "base.h"

static bool is_dotdot(const char *component, size_t length)
{
	return length == 2 && component[0] == '.' && component[1] == '.';
}

/* Drops the last component of out[0..length), which is no "..". */
static size_t drop_last(const char *out, size_t length, bool absolute)
{
	while (length > absolute && out[length - 1] != '/')
		length--;
	if (length > absolute)
		length--;
	return length;
}

/* Whether the last component of out[0..length) is "..". */
static bool ends_in_dotdot(const char *out, size_t length)
{
	return length >= 2 && is_dotdot(out + length - 2, 2) &&
	       (length == 2 || out[length - 3] == '/');
}

char *opn_path_normalize(struct opn_arena *arena, const char *path)
{
	bool absolute = path[0] == '/';
	char *out = opn_arena_alloc(arena, strlen(path) + 2);
	size_t length = 0;

	if (!out)
		return NULL;
	if (absolute)
		out[length++] = '/';
	while (*path) {
		size_t component = strcspn(path, "/");

		if (is_dotdot(path, component) && length > absolute &&
		    !ends_in_dotdot(out, length)) {
			length = drop_last(out, length, absolute);
		} else if (is_dotdot(path, component) && absolute) {
			/* "/.." is "/" */
		} else if (component && !(component == 1 && *path == '.')) {
			if (length > absolute)
				out[length++] = '/';
			memcpy(out + length, path, component);
			length += component;
		}
		path += component;
		path += strspn(path, "/");
	}
	if (!length)
		out[length++] = '.';
	out[length] = '\0';
	return out;
}

char *opn_path_join(struct opn_arena *arena, const char *directory, const char *path)
{
	char *joined;

	if (path[0] == '/' || !directory[0])
		return opn_path_normalize(arena, path);
	joined = opn_arena_printf(arena, "%s/%s", directory, path);
	return joined ? opn_path_normalize(arena, joined) : NULL;
}

char *opn_path_relative(struct opn_arena *arena, const char *directory, const char *path)
{
	char *from = opn_path_normalize(arena, directory);
	char *to = opn_path_normalize(arena, path);
	size_t common = 0, ups = 0;
	char *out, *end;

	if (!from || !to)
		return NULL;
	/* common: length of the shared part, ending where a component ends in both */
	for (size_t i = 0;; i++) {
		bool from_ends = !from[i] || from[i] == '/', to_ends = !to[i] || to[i] == '/';

		if (from_ends && to_ends)
			common = i;
		if (!from[i] || !to[i] || from[i] != to[i])
			break;
	}
	from += common + (from[common] == '/');
	to += common + (to[common] == '/');
	for (const char *s = from; *s; s += strspn(s, "/")) {
		ups++;
		s += strcspn(s, "/");
	}
	out = opn_arena_alloc(arena, ups * 3 + strlen(to) + 2);
	if (!out)
		return NULL;
	end = out;
	for (size_t i = 0; i < ups; i++)
		end = stpcpy(end, i ? "/.." : "..");
	if (*to)
		end = stpcpy(stpcpy(end, ups ? "/" : ""), to);
	if (end == out)
		strcpy(out, ".");
	return out;
}

bool opn_path_inside(const char *directory, const char *path)
{
	size_t length = strlen(directory);

	if (!strcmp(directory, "/"))
		return path[0] == '/';
	if (!strcmp(directory, "."))
		return path[0] != '/' && !(is_dotdot(path, strcspn(path, "/")));
	return !strncmp(directory, path, length) && (!path[length] || path[length] == '/');
}

bool opn_path_contained(const char *path)
{
	for (;;) {
		size_t component = strcspn(path, "/");

		if (!component || is_dotdot(path, component) || (component == 1 && *path == '.'))
			return false;
		if (!path[component])
			return true;
		path += component + 1;
	}
}

const char *opn_path_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
