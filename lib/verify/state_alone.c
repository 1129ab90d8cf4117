// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_alone.c - maps that only one of the programs has
 *
 * What a program keeps where the other one keeps nothing is a difference. Such a map gets a shadow
 * on the other side: one of the same shape that no program knows, so that all that is written to
 * the map shows as a difference, and it is put back and filled as all others are. A map that no
 * program can write is no state, but the programs may read it: it is filled and not compared. What
 * the caller asks to leave out is put back and no more.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state_internal.h"

static int add_name(struct opn_state *state, struct opn_state_names *names, const char *name)
{
	const char **list = reallocarray(names->list, names->count + 2, sizeof(*list));

	if (!list)
		return -ENOMEM;
	names->list = list;
	list[names->count] = opn_arena_strdup(state->arena, name);
	list[names->count + 1] = NULL;
	return list[names->count++] ? 0 : -ENOMEM;
}

bool opn_state_ignores(struct opn_state *state, const char *name)
{
	bool ignores = false;

	for (size_t i = 0; i < state->ignore_count; i++) {
		if (fnmatch(state->ignore[i].glob, name, 0))
			continue;
		state->ignore[i].matched = ignores = true;
	}
	return ignores;
}

int opn_state_alone_note(struct opn_state *state, const char *name, int owner, bool ignored,
			 enum opn_diag_id id, struct opn_diags *diags)
{
	if (ignored)
		return add_name(state, &state->ignored, name);
	opn_diag(diags, id, OPN_NOWHERE, name, owner ? "second" : "first");
	return add_name(state, &state->alone, name);
}

/* ---- shadows ---- */

static int make_shadow(const struct opn_pair *pair, const struct opn_side *owner)
{
	struct bpf_map_info info;
	uint32_t size = sizeof(info);
	int err;

	memset(&info, 0, sizeof(info));
	err = bpf_obj_get_info_by_fd(owner->fd, &info, &size);
	if (err)
		return err;

	/* The kernel has added this to maps of devices, and takes it from nobody
	 * (kernel/bpf/devmap.c: dev_map_init_map()). */
	if (pair->way == OPN_WAY_SLOTS)
		info.map_flags &= ~(uint32_t)BPF_F_RDONLY_PROG;

	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = info.map_flags);

	/* without the types of keys and values: those with locks and timers are but bytes then */
	return bpf_map_create(pair->info.type, "opened_shadow", info.key_size, info.value_size,
			      info.max_entries, &options);
}

int opn_shadow_open(struct opn_pair *pair, size_t side)
{
	struct opn_side *shadow = &pair->sides[side], *owner = &pair->sides[side ^ 1];
	int fd = make_shadow(pair, owner), err;

	if (fd < 0)
		return fd;
	err = opn_side_open(pair, shadow, NULL, NULL, fd);
	if (err) {
		close(fd);
		return err;
	}
	shadow->owns_fd = true;
	if (!pair->info.internal)
		return 0;
	if (!shadow->memory || !owner->memory)
		return -EOPNOTSUPP;
	memcpy(shadow->memory, owner->memory, pair->section_size[0]);
	return 0;
}

/* ---- pairing ---- */

/* A data section is state only if it can change. What stands in a program array is set by user
 * space, and is read by no other means than by running it. */
static bool is_state(const struct bpf_map *map)
{
	const char *name = opn_state_map_name(map);

	if (bpf_map__type(map) == BPF_MAP_TYPE_PROG_ARRAY)
		return false;
	return !bpf_map__is_internal(map) || (strncmp(name, ".rodata", 7) &&
					      strcmp(name, ".kconfig") && bpf_map__value_size(map));
}

static int open_sides(struct opn_state *state, struct opn_pair *pair, struct bpf_map *map)
{
	int owner = pair->owner;
	int err = opn_side_open(pair, &pair->sides[owner],
				state->parts[owner].list[pair->part[owner]].object, map,
				bpf_map__fd(map));

	return err ?: opn_shadow_open(pair, (size_t)!owner);
}

/* Why the pair is not compared, or NULL. */
static const char *why_uncompared(const struct opn_pair *pair, bool ignored)
{
	if (pair->info.uncompared)
		return pair->info.uncompared;
	if (ignored)
		return "it is left out, as was asked for";
	return pair->constant ? "only one program has it, and cannot write it" : NULL;
}

static int pair_with_shadow(struct opn_state *state, struct opn_pair *pair, struct bpf_map *map,
			    bool ignored, struct opn_diags *diags)
{
	const char *name = pair->info.name;
	bool internal = pair->info.internal;
	int err = open_sides(state, pair, map);

	if (!err)
		opn_pair_give_up_if_unreadable(state, pair);
	/* Nobody can be told what it holds: as if there were no shadow. */
	if (err || pair->way == OPN_WAY_NONE) {
		opn_pair_free(state, pair);
		state->count--;
		return opn_state_alone_note(state, name, pair->owner, ignored,
					    OPN_DIAG_MAP_UNPAIRED, diags);
	}
	pair->constant |= !opn_map_is_used(&state->parts[pair->owner], pair->sides[pair->owner].id);
	if (internal)
		err = opn_pair_sections(state, pair, diags);
	else
		opn_btf_map_types(pair->btf, pair->own_name, false, &pair->key_type,
				  &pair->value_type);
	pair->owns |= opn_btf_owns(pair->btf, pair->value_type);
	if (pair->way == OPN_WAY_PERF)
		pair->value_type = 0;
	pair->info.ignored = ignored;
	pair->info.uncompared = why_uncompared(pair, ignored);
	if (err || (pair->constant && !ignored))
		return err;
	return opn_state_alone_note(state, name, pair->owner, ignored, OPN_DIAG_MAP_ALONE, diags);
}

int opn_state_pair_alone(struct opn_state *state, struct bpf_map *map, int owner, size_t part,
			 struct opn_diags *diags)
{
	const struct opn_state_part *own = &state->parts[owner].list[part];
	const char *name = opn_state_known_name(own, opn_state_map_name(map));
	struct bpf_map_info info;
	struct opn_pair *pair;
	bool ignored;
	int err;

	if (bpf_map__fd(map) < 0 || !is_state(map))
		return 0;
	ignored = opn_state_ignores(state, name);
	err = opn_map_info(bpf_map__fd(map), &info);
	if (err)
		return opn_diag(diags, OPN_DIAG_MAP_UNREADABLE, OPN_NOWHERE, name, strerror(-err));
	pair = opn_state_add_pair(state);
	if (!pair)
		return -ENOMEM;
	err = opn_pair_describe(state, pair, &info, name, bpf_map__is_internal(map));
	if (err)
		return err;
	pair->alone = pair->info.alone = true;
	pair->owner = owner;
	pair->part[owner] = part;
	pair->btf = bpf_object__btf(own->object);
	pair->own_name = opn_state_map_name(map);
	pair->section_size[0] = pair->section_size[1] = info.value_size;
	pair->info.declared_entries = opn_btf_map_entries(pair->btf, pair->own_name);
	/* the maps in it are what would have to be compared */
	if (opn_pair_holds_maps(pair))
		pair->way = OPN_WAY_NONE;
	return pair_with_shadow(state, pair, map, ignored, diags);
}

void opn_state_check_ignored(const struct opn_state *state, struct opn_diags *diags)
{
	for (size_t i = 0; i < state->ignore_count; i++) {
		if (!state->ignore[i].matched)
			opn_diag(diags, OPN_DIAG_MAP_IGNORE_UNMATCHED, OPN_NOWHERE,
				 state->ignore[i].glob);
	}
}

const char *const *opn_state_alone(const struct opn_state *state)
{
	return state->alone.list;
}

const char *const *opn_state_ignored(const struct opn_state *state)
{
	return state->ignored.list;
}
