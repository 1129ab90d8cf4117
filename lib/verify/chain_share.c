// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * chain_share.c - maps that stages of a list have in common
 *
 * A map that declares to be pinned by its name is one for all programs that declare it
 * (LIBBPF_PIN_BY_NAME); so is one that the file lists under "share". The first object that has it
 * makes it, the others are given its descriptor. Nothing is pinned.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "chain_private.h"

static struct opn_shared_map *find(struct opn_sharing *sharing, const char *name)
{
	for (size_t i = 0; i < sharing->count; i++) {
		if (!strcmp(sharing->maps[i].name, name))
			return &sharing->maps[i];
	}
	return NULL;
}

static bool is_shared(const struct opn_sharing *sharing, const struct bpf_map *map,
		      const char *name)
{
	for (size_t i = 0; i < sharing->listed->count; i++) {
		if (!strcmp(sharing->listed->list[i].text, name))
			return true;
	}
	return bpf_map__pin_path(map);
}

static bool same_shape(const struct opn_shared_map *shared, const struct bpf_map *map)
{
	return shared->type == bpf_map__type(map) && shared->key_size == bpf_map__key_size(map) &&
	       shared->value_size == bpf_map__value_size(map) &&
	       shared->max_entries == bpf_map__max_entries(map);
}

static int add(struct opn_sharing *sharing, const struct bpf_map *map, const char *name)
{
	struct opn_shared_map *maps =
		opn_arena_array(sharing->arena, sharing->count + 1, sizeof(*maps));

	if (!maps)
		return -ENOMEM;
	if (sharing->count)
		memcpy(maps, sharing->maps, sharing->count * sizeof(*maps));
	maps[sharing->count++] = (struct opn_shared_map){
		.name = opn_arena_strdup(sharing->arena, name),
		.fd = -1,
		.type = bpf_map__type(map),
		.key_size = bpf_map__key_size(map),
		.value_size = bpf_map__value_size(map),
		.max_entries = bpf_map__max_entries(map),
	};
	sharing->maps = maps;
	return 0;
}

int opn_sharing_prepare(struct opn_sharing *sharing, struct bpf_map *map)
{
	const char *name = opn_state_known_name(sharing->part, bpf_map__name(map));
	struct opn_shared_map *shared = find(sharing, name);
	int error = 0;

	if (bpf_map__is_internal(map) || !is_shared(sharing, map, name))
		return 0;
	if (shared && !same_shape(shared, map)) {
		sharing->refused = shared->name;
		return -EINVAL;
	}
	if (shared && shared->fd >= 0)
		return bpf_map__reuse_fd(map, shared->fd);
	if (!shared)
		error = add(sharing, map, name);
	if (sharing->pending_count == sizeof(sharing->pending) / sizeof(sharing->pending[0]))
		return -E2BIG;
	sharing->pending[sharing->pending_count++] = map;
	return error;
}

void opn_sharing_settle(struct opn_sharing *sharing)
{
	for (size_t i = 0; i < sharing->pending_count; i++) {
		const struct bpf_map *map = sharing->pending[i];
		struct opn_shared_map *shared =
			find(sharing, opn_state_known_name(sharing->part, bpf_map__name(map)));

		if (shared)
			shared->fd = bpf_map__fd(map);
	}
	sharing->pending_count = 0;
}
