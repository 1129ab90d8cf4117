// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * result.c - how a result names source files
 *
 * Objects carry the paths that the compiler saw, absolute most of the time. What is below the
 * current folder is told relative to it, so that a report says the same wherever the project lies.
 */
#include "result.h"

#include <string.h>
#include <unistd.h>

const char *opn_result_file(struct opn_arena *arena, const char *file)
{
	char folder[4096];
	const char *path;

	if (!file)
		return NULL;
	path = opn_path_normalize(arena, file);
	if (path && *path == '/' && getcwd(folder, sizeof(folder)) && opn_path_inside(folder, path))
		return opn_path_relative(arena, folder, path);
	return path;
}

struct opn_packet opn_result_packet(struct opn_arena *arena, const uint8_t *data, uint32_t length)
{
	struct opn_packet packet = { opn_arena_alloc(arena, length + 1), length };

	if (packet.data)
		memcpy(packet.data, data, length);
	else
		packet.length = 0;
	return packet;
}

const char *const *opn_result_names(struct opn_arena *arena, const char *const *names)
{
	const char **copy;
	size_t count = 0;

	while (names && names[count])
		count++;
	copy = opn_arena_array(arena, count + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < count; i++)
		copy[i] = opn_arena_strdup(arena, names[i]);
	return copy;
}
