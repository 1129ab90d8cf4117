// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_inner.c - maps in maps
 *
 * A slot of such a map is constant for programs, the map in it is not: each inner map is a pair of
 * its own, named by its slot. Inner maps that opn_state_put() makes are kept when a reset takes
 * them out of their slots, and put there again: making a map takes the kernel tens of microseconds.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state_internal.h"

/* Inner maps made here, per map that holds them. */
enum { SPARE_MAX = 64 };

static int info_by_id(uint32_t id, struct bpf_map_info *info, int *fd)
{
	uint32_t size = sizeof(*info);
	int err;

	memset(info, 0, sizeof(*info));
	*fd = bpf_map_get_fd_by_id(id);
	if (*fd < 0)
		return *fd;
	err = bpf_obj_get_info_by_fd(*fd, info, &size);
	if (err)
		close(*fd);
	return err;
}

struct opn_pair *opn_inner_find(const struct opn_state *state, const struct opn_pair *outer,
				const void *key)
{
	for (size_t i = 0; i < state->count; i++) {
		struct opn_pair *pair = state->pairs[i];

		if (pair->outer == outer && !memcmp(pair->outer_key, key, outer->info.key_size))
			return pair;
	}
	return NULL;
}

static char *inner_name(struct opn_state *state, const struct opn_pair *outer, const void *key)
{
	struct opn_buf buf = { 0 };
	char *text, *name;

	opn_buf_printf(&buf, "%s[", outer->info.name);
	opn_state_write_text(&buf, outer->btf, outer->key_type, key, outer->info.key_size);
	opn_buf_putc(&buf, ']');
	text = opn_buf_take(&buf);
	name = opn_arena_strdup(state->arena, text);
	free(text);
	return name;
}

/* A pair for the inner map under key; its sides are still to be opened. */
static struct opn_pair *new_pair(struct opn_state *state, struct opn_pair *outer, const void *key,
				 const struct bpf_map_info *info)
{
	char *name = inner_name(state, outer, key);
	uint8_t *copy = opn_arena_alloc(state->arena, outer->info.key_size);
	struct opn_pair *pair = name && copy ? opn_state_add_pair(state) : NULL;

	if (!pair || opn_pair_describe(state, pair, info, name, false))
		return NULL;
	memcpy(copy, key, outer->info.key_size);
	pair->outer = outer;
	pair->outer_key = copy;
	pair->btf = outer->btf;
	pair->own_name = outer->own_name;
	opn_btf_map_types(pair->btf, outer->own_name, true, &pair->key_type, &pair->value_type);
	pair->owns = opn_btf_owns(pair->btf, pair->value_type);
	return pair;
}

/* The pair that has both ids already, as a map of its own. */
static struct opn_pair *find_ids(const struct opn_state *state, const uint32_t ids[2])
{
	for (size_t i = 0; i < state->count; i++) {
		struct opn_pair *pair = state->pairs[i];

		if (pair->sides[0].id == ids[0] && pair->sides[1].id == ids[1])
			return pair;
	}
	return NULL;
}

static int open_inner(struct opn_pair *pair, struct opn_side *side, struct bpf_object *object,
		      int fd)
{
	int err = opn_side_open(pair, side, object, NULL, fd);

	if (err || side->owns_fd) {
		close(fd);
		return err;
	}
	side->owns_fd = true;
	return 0;
}

static int pair_inner(struct opn_state *state, struct opn_pair *outer, const uint8_t *key,
		      const uint32_t ids[2], struct opn_diags *diags)
{
	struct bpf_map_info infos[2];
	struct opn_pair *pair = NULL;
	int fds[2] = { -1, -1 }, err = 0;
	char *name;

	for (int side = 0; !err && side < 2; side++)
		err = info_by_id(ids[side], &infos[side], &fds[side]);
	name = inner_name(state, outer, key);
	if (err)
		err = opn_diag(diags, OPN_DIAG_MAP_UNREADABLE, OPN_NOWHERE, name, strerror(-err));
	else
		err = opn_state_check_shape(&infos[0], &infos[1], name, false, diags);
	if (!err) {
		pair = new_pair(state, outer, key, &infos[0]);
		err = pair ? 0 : -ENOMEM;
	}
	for (int side = 0; side < 2; side++) {
		if (fds[side] >= 0 && err)
			close(fds[side]);
		else if (!err)
			err = open_inner(pair, &pair->sides[side], outer->sides[side].object,
					 fds[side]);
	}
	return err;
}

static int pair_slots(struct opn_state *state, struct opn_pair *outer, struct opn_diags *diags)
{
	struct opn_table *tables[2] = { &outer->sides[0].table, &outer->sides[1].table };
	uint32_t key_size = outer->info.key_size, ids[2];
	struct opn_pair *pair;
	int err = 0;

	for (int side = 0; !err && side < 2; side++)
		err = opn_slots_read(outer->sides[side].fd, key_size, sizeof(ids[0]), tables[side]);
	if (err)
		return opn_diag(diags, OPN_DIAG_MAP_UNREADABLE, OPN_NOWHERE, outer->info.name,
				strerror(-err));
	for (size_t i = 0; !err && i < tables[0]->count; i++) {
		const uint8_t *key = tables[0]->keys + i * key_size;
		size_t at = opn_table_find(tables[1], key_size, key);

		if (at == SIZE_MAX) /* told as a difference */
			continue;
		memcpy(&ids[0], tables[0]->values + i * sizeof(ids[0]), sizeof(ids[0]));
		memcpy(&ids[1], tables[1]->values + at * sizeof(ids[1]), sizeof(ids[1]));
		pair = find_ids(state, ids);
		/* programs reach it through the slot, whether they name it or not */
		if (pair)
			pair->constant = pair->info.frozen;
		else if (!opn_inner_find(state, outer, key))
			err = pair_inner(state, outer, key, ids, diags);
	}
	return err;
}

int opn_inner_pair(struct opn_state *state, struct opn_diags *diags)
{
	size_t count = state->count;
	int err = 0;

	for (size_t i = 0; !err && i < count; i++) {
		if (opn_pair_holds_maps(state->pairs[i]))
			err = pair_slots(state, state->pairs[i], diags);
	}
	return err;
}

/* ---- making ---- */

/* An inner map like those that the map holds already, else as its declaration has it. */
static int like_what(const struct opn_state *state, const struct opn_pair *outer,
		     struct bpf_map_info *info)
{
	uint32_t size = sizeof(*info);

	for (size_t i = 0; i < state->count; i++) {
		if (state->pairs[i]->outer == outer) {
			memset(info, 0, sizeof(*info));
			return bpf_obj_get_info_by_fd(state->pairs[i]->sides[0].fd, info, &size);
		}
	}
	return opn_btf_inner_info(outer->btf, outer->own_name, info) ? 0 : -EOPNOTSUPP;
}

static int make_side(struct opn_pair *pair, size_t side, const struct bpf_map_info *info)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = info->map_flags);
	int fd = bpf_map_create(info->type, NULL, info->key_size, info->value_size,
				info->max_entries, &options);

	return fd < 0 ? fd
		      : open_inner(pair, &pair->sides[side], pair->outer->sides[side].object, fd);
}

static struct opn_pair *make_spare(struct opn_state *state, struct opn_pair *outer, const void *key,
				   int *err)
{
	struct bpf_map_info info;
	struct opn_pair *pair;
	size_t spare = 0;

	for (size_t i = 0; i < state->count; i++)
		spare += state->pairs[i]->outer == outer && state->pairs[i]->spare;
	*err = spare < SPARE_MAX ? like_what(state, outer, &info) : -E2BIG;
	if (*err)
		return NULL;
	pair = new_pair(state, outer, key, &info);
	if (!pair) {
		*err = -ENOMEM;
		return NULL;
	}
	pair->spare = true;
	for (size_t side = 0; !*err && side < 2 * state->copies; side++) {
		*err = make_side(pair, side, &info);
		if (!*err)
			*err = opn_side_mark(state, pair, &pair->sides[side], (int)(side % 2));
	}
	if (!*err)
		*err = opn_pair_start_equal(state, pair);
	if (!*err)
		*err = opn_state_index(state);
	if (*err) {
		state->count--;
		opn_pair_free(state, pair);
	}
	return pair;
}

static int fill_slot(struct opn_pair *pair, size_t side)
{
	return bpf_map_update_elem(pair->outer->sides[side].fd, pair->outer_key,
				   &pair->sides[side].fd, BPF_ANY);
}

/* What stands in the slot from the start is left there: it is a map with contents. */
int opn_inner_put(struct opn_state *state, struct opn_pair *outer, const void *key)
{
	struct opn_pair *pair = opn_inner_find(state, outer, key);
	int err = 0;

	if (pair ? !pair->spare
		 : opn_table_find(&outer->sides[0].start_table, outer->info.key_size, key) !=
			    SIZE_MAX)
		return -EEXIST;
	if (!pair)
		pair = make_spare(state, outer, key, &err);
	for (size_t side = 0; !err && side < 2 * state->copies; side++) {
		err = fill_slot(pair, side);
		while (err && side--)
			bpf_map_delete_elem(outer->sides[side].fd, key);
		if (err)
			break;
	}
	return err;
}

int opn_inner_open_copy(struct opn_pair *pair, size_t copy, int which)
{
	struct opn_pair *outer = pair->outer;
	size_t index = 2 * copy + which;
	struct bpf_map_info info;
	uint32_t id;
	int err, fd;

	if (pair->spare) {
		uint32_t size = sizeof(info);

		memset(&info, 0, sizeof(info));
		err = bpf_obj_get_info_by_fd(pair->sides[which].fd, &info, &size);
		return err ? err : make_side(pair, index, &info);
	}
	err = bpf_map_lookup_elem(outer->sides[index].fd, pair->outer_key, &id);
	if (!err)
		err = info_by_id(id, &info, &fd);
	return err ? err
		   : open_inner(pair, &pair->sides[index], pair->outer->sides[index].object, fd);
}
