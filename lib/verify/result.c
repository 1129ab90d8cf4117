// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * result.c - how a result names source files, packets and maps
 *
 * Objects carry the paths that the compiler saw, absolute most of the time. What is below the
 * current folder is told relative to it, so that a report says the same wherever the project lies.
 */
#include "result.h"

#include <string.h>
#include <unistd.h>

#include "state.h"

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

void opn_result_maps(struct opn_result *result, const struct opn_state *state,
		     struct opn_arena *arena)
{
	size_t count = opn_state_count(state), used = 0;
	const char **names = opn_arena_array(arena, count + 1, sizeof(*names));

	for (size_t i = 0; names && i < count; i++) {
		const struct opn_state_map *map = opn_state_map(state, i);

		if (!map->internal && !map->frozen && !map->alone && !map->uncompared)
			names[used++] = opn_arena_strdup(arena, map->name);
	}
	result->maps_compared = names;
	result->maps_unpaired = opn_result_names(arena, opn_state_alone(state));
	result->maps_ignored = opn_result_names(arena, opn_state_ignored(state));
}
