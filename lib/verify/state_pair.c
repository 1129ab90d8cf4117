// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_pair.c - which map belongs to which, and how contents are reached
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/param.h>
#include <unistd.h>

#include "state_internal.h"

/* Map types that came after the headers of Debian 12. */
#define MAP_TYPE_CGRP_STORAGE 32
#define MAP_TYPE_ARENA	      33

/* libbpf puts the object's name before that of a section ("edge_bpf.bss"), but not before a section
 * of the user's own (".data.hot"). */
const char *opn_state_map_name(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);
	const char *dot = bpf_map__is_internal(map) ? strrchr(name, '.') : NULL;

	return dot && *name != '.' ? dot : name;
}

const char *opn_state_rename(const struct opn_state *state, const char *left)
{
	for (size_t i = 0; i < state->rename_count; i++) {
		if (!strcmp(state->renames[i].left, left))
			return state->renames[i].right;
	}
	return left;
}

static bool is_renamed_to(const struct opn_state *state, const char *right)
{
	for (size_t i = 0; i < state->rename_count; i++) {
		if (!strcmp(state->renames[i].right, right))
			return true;
	}
	return false;
}

const char *opn_state_known_name(const struct opn_state_part *part, const char *own)
{
	for (size_t i = 0; i < part->name_count; i++) {
		if (!strcmp(part->names[i].left, own))
			return part->names[i].right;
	}
	return own;
}

static const char *known_name(const struct opn_state_part *part, const struct bpf_map *map)
{
	return opn_state_known_name(part, opn_state_map_name(map));
}

static struct bpf_map *map_of_part(const struct opn_state_part *part, const char *name)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, part->object)
	{
		if (bpf_map__fd(map) >= 0 && !strcmp(known_name(part, map), name))
			return map;
	}
	return NULL;
}

/* The first one; *part: whose it is. */
static struct bpf_map *find_map(const struct opn_state *state, int side, const char *name,
				size_t *part)
{
	const struct opn_state_parts *parts = &state->parts[side];
	struct bpf_map *map = NULL;

	for (*part = 0; *part < parts->count && !map; ++*part)
		map = map_of_part(&parts->list[*part], name);
	--*part;
	return map;
}

int opn_map_info(int fd, struct bpf_map_info *info)
{
	uint32_t size = sizeof(*info);

	memset(info, 0, sizeof(*info));
	return bpf_obj_get_info_by_fd(fd, info, &size);
}

/* An LRU map takes elements away before it is full: a CPU keeps up to LOCAL_FREE_TARGET (128) free
 * ones for itself, and has a share only with BPF_F_NO_COMMON_LRU (kernel/bpf/bpf_lru_list.c). */
static uint32_t full_at(const struct bpf_map_info *info, unsigned int cpus)
{
	uint32_t entries = info->max_entries;

	if (info->type != BPF_MAP_TYPE_LRU_HASH && info->type != BPF_MAP_TYPE_LRU_PERCPU_HASH)
		return entries;
	if (info->map_flags & BPF_F_NO_COMMON_LRU)
		entries /= cpus;
	return entries - MIN(entries / 2, 512u);
}

/* ---- shape ---- */

/* Why contents of this type are not compared, or NULL. */
static const char *why_uncompared(unsigned int type)
{
	switch (type) {
	case BPF_MAP_TYPE_BLOOM_FILTER:
		return "a bloom filter can be neither read nor emptied";
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
	case MAP_TYPE_CGRP_STORAGE:
		return "what is stored with sockets, tasks, inodes and cgroups cannot be listed";
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
	case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
		return "sockets cannot be compared";
	case BPF_MAP_TYPE_XSKMAP:
	case BPF_MAP_TYPE_CGROUP_ARRAY:
		return "user space cannot read its slots";
	case BPF_MAP_TYPE_STACK_TRACE:
		return "stack traces hold addresses of the programs themselves";
	case BPF_MAP_TYPE_USER_RINGBUF:
		return "only user space writes it";
	case BPF_MAP_TYPE_STRUCT_OPS:
		return "it holds programs, no contents";
	case MAP_TYPE_ARENA:
		return "an arena holds pointers";
	default:
		return "its type is not known here";
	}
}

static enum opn_state_way way_of(unsigned int type)
{
	switch (type) {
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return OPN_WAY_IMAGE;
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
		return OPN_WAY_TABLE;
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_CPUMAP:
		return OPN_WAY_SLOTS;
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		return OPN_WAY_QUEUE;
	case BPF_MAP_TYPE_RINGBUF:
		return OPN_WAY_RING;
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return OPN_WAY_PERF;
	default:
		return OPN_WAY_NONE;
	}
}

static bool is_per_cpu(unsigned int type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_settable(enum opn_state_way way, unsigned int type)
{
	return way == OPN_WAY_IMAGE || way == OPN_WAY_TABLE || way == OPN_WAY_QUEUE ||
	       (way == OPN_WAY_SLOTS && type != BPF_MAP_TYPE_PROG_ARRAY);
}

int opn_pair_describe(struct opn_state *state, struct opn_pair *pair,
		      const struct bpf_map_info *info, const char *name, bool internal)
{
	bool frozen = internal && (!strncmp(name, ".rodata", 7) || !strcmp(name, ".kconfig"));

	pair->way = way_of(info->type);
	pair->cpus = is_per_cpu(info->type) ? state->cpus : 1;
	/* Arrays keep elements, and per-CPU maps hand values out, at multiples of 8
	 * (kernel/bpf/arraymap.c: elem_size, bpf_percpu_array_copy()). */
	pair->value_stride = pair->way == OPN_WAY_IMAGE || pair->cpus > 1 || is_per_cpu(info->type)
				     ? roundup(info->value_size, 8)
				     : info->value_size;
	pair->stride = pair->value_stride * pair->cpus;
	pair->info = (struct opn_state_map){
		.name = opn_arena_strdup(state->arena, name),
		.type = info->type,
		.key_size = info->key_size,
		.value_size = info->value_size,
		.max_entries = info->max_entries,
		.internal = internal,
		.frozen = frozen,
		.settable = !frozen && is_settable(pair->way, info->type),
	};
	pair->full = full_at(info, state->cpus);
	if (frozen)
		pair->info.uncompared = "it is part of the program";
	else if (pair->way == OPN_WAY_NONE)
		pair->info.uncompared = why_uncompared(info->type);
	/* Programs may not update maps of these types (verifier.c:
	 * check_map_func_compatibility()). */
	pair->constant =
		frozen || pair->way == OPN_WAY_SLOTS || (info->map_flags & BPF_F_RDONLY_PROG) != 0;
	return pair->info.name ? 0 : -ENOMEM;
}

/* ---- sides ---- */

/* A map may be read-only or write-only for user space. That is a property of the descriptor that it
 * was made with and not of the map, whose own flags do not tell it: one by its id can do both
 * (kernel/bpf/syscall.c: bpf_map_flags_retain_permanent(), bpf_map_get_fd_by_id()). */
static int open_fd(struct opn_side *side, int fd)
{
	uint32_t flags = side->map ? bpf_map__map_flags(side->map) : 0;

	side->fd = fd;
	if (!(flags & (BPF_F_RDONLY | BPF_F_WRONLY)))
		return 0;
	side->fd = bpf_map_get_fd_by_id(side->id);
	side->owns_fd = side->fd >= 0;
	return side->fd < 0 ? side->fd : 0;
}

static void map_memory(struct opn_pair *pair, struct opn_side *side,
		       const struct bpf_map_info *info)
{
	size_t size = (size_t)info->max_entries * roundup(info->value_size, 8);
	void *memory;

	if (info->type != BPF_MAP_TYPE_ARRAY || !(info->map_flags & BPF_F_MMAPABLE))
		return;
	size = roundup(size, (size_t)sysconf(_SC_PAGESIZE));
	memory = mmap(NULL, size, pair->info.frozen ? PROT_READ : PROT_READ | PROT_WRITE,
		      MAP_SHARED, side->fd, 0);
	/* refused for values with locks and timers: then it is read by system calls */
	if (memory == MAP_FAILED)
		return;
	side->memory = memory;
	side->memory_size = size;
}

int opn_side_open(struct opn_pair *pair, struct opn_side *side, struct bpf_object *object,
		  struct bpf_map *map, int fd)
{
	struct bpf_map_info info;
	int err;

	*side = (struct opn_side){ .object = object, .map = map, .fd = -1 };
	err = opn_map_info(fd, &info);
	if (err)
		return err;
	side->id = info.id;
	err = open_fd(side, fd);
	if (err)
		return err;
	if (pair->way == OPN_WAY_IMAGE)
		map_memory(pair, side, &info);
	opn_samples_open(pair, side);
	return 0;
}

void opn_side_close(struct opn_side *side)
{
	if (side->memory)
		munmap(side->memory, side->memory_size);
	ring_buffer__free(side->ring);
	perf_buffer__free(side->perf);
	opn_table_free(&side->start_table);
	opn_table_free(&side->table);
	opn_records_free(&side->start_records);
	opn_records_free(&side->records);
	free(side->start_image);
	free(side->image);
	if (side->owns_fd)
		close(side->fd);
	*side = (struct opn_side){ .fd = -1 };
}

void opn_pair_free(struct opn_state *state, struct opn_pair *pair)
{
	for (size_t i = 0; i < 2 * state->copies; i++)
		opn_side_close(&pair->sides[i]);
	opn_table_free(&pair->puts);
	opn_records_free(&pair->put_records);
	*pair = (struct opn_pair){ 0 };
}

/* ---- pairing ---- */

struct opn_pair *opn_state_add_pair(struct opn_state *state)
{
	struct opn_pair *pair;

	if (state->count == state->capacity) {
		size_t capacity = MAX(state->capacity * 2, (size_t)16);
		struct opn_pair **pairs = reallocarray(state->pairs, capacity, sizeof(*pairs));

		if (!pairs)
			return NULL;
		state->pairs = pairs;
		state->capacity = capacity;
	}
	pair = opn_arena_alloc(state->arena, sizeof(*pair));
	if (!pair)
		return NULL;
	for (size_t i = 0; i < 2 * OPN_STATE_COPIES; i++)
		pair->sides[i].fd = -1;
	state->pairs[state->count++] = pair;
	return pair;
}

static bool uses_map(const struct bpf_object *object, uint32_t id)
{
	struct bpf_program *program;
	uint32_t ids[64];

	bpf_object__for_each_program(program, object)
	{
		struct bpf_prog_info info = { .nr_map_ids = 64, .map_ids = (uintptr_t)ids };
		uint32_t size = sizeof(info);

		if (bpf_program__fd(program) < 0)
			continue;
		/* MAX_USED_MAPS is 64; should it grow, everything counts as used */
		if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) ||
		    info.nr_map_ids > 64)
			return true;
		for (uint32_t i = 0; i < info.nr_map_ids; i++) {
			if (ids[i] == id)
				return true;
		}
	}
	return false;
}

bool opn_map_is_used(const struct opn_state_parts *parts, uint32_t id)
{
	for (size_t i = 0; i < parts->count; i++) {
		if (uses_map(parts->list[i].object, id))
			return true;
	}
	return false;
}

void opn_pair_give_up_if_unreadable(struct opn_state *state, struct opn_pair *pair)
{
	for (int side = 0; side < 2; side++) {
		int err = pair->info.frozen ? 0 : opn_side_read(state, pair, &pair->sides[side]);

		if (!err)
			continue;
		pair->way = OPN_WAY_NONE;
		pair->info.settable = false;
		pair->info.uncompared =
			opn_arena_printf(state->arena, "it cannot be read: %s", strerror(-err));
		if (!pair->info.uncompared)
			pair->info.uncompared = "it cannot be read";
	}
}

static void tell_owned(const struct opn_pair *pair, struct opn_diags *diags)
{
	opn_diag(diags, OPN_DIAG_MAP_UNCOMPARED, OPN_NOWHERE, pair->info.name,
		 "lists, trees, timers and pointers in it read as zeros; all else in it is "
		 "compared");
}

static int pair_maps(struct opn_state *state, struct bpf_map *left, struct bpf_map *right,
		     const size_t part[2], struct opn_diags *diags)
{
	const struct opn_state_part *parts[2] = { &state->parts[0].list[part[0]],
						  &state->parts[1].list[part[1]] };
	const char *name = known_name(parts[0], left);
	bool internal = bpf_map__is_internal(left);
	struct bpf_map_info infos[2], declared[2];
	struct opn_pair *pair;
	int err;

	if (opn_map_info(bpf_map__fd(left), &infos[0]) ||
	    opn_map_info(bpf_map__fd(right), &infos[1]))
		return opn_diag(diags, OPN_DIAG_MAP_UNREADABLE, OPN_NOWHERE, name, strerror(errno));
	declared[0] = opn_map_declared(parts[0]->object, left, &infos[0]);
	declared[1] = opn_map_declared(parts[1]->object, right, &infos[1]);
	err = opn_state_check_shape(&declared[0], &declared[1], name, internal, diags);
	if (err)
		return err;
	pair = opn_state_add_pair(state);
	if (!pair)
		return -ENOMEM;
	err = opn_pair_describe(state, pair, &infos[0], name, internal);
	if (err)
		return err;
	pair->btf = bpf_object__btf(parts[0]->object);
	pair->own_name = opn_state_map_name(left);
	for (int side = 0; side < 2; side++) {
		struct bpf_map *map = side ? right : left;

		pair->part[side] = part[side];
		pair->section_size[side] = infos[side].value_size;
		err = opn_side_open(pair, &pair->sides[side], parts[side]->object, map,
				    bpf_map__fd(map));
		if (err)
			return opn_diag(diags, OPN_DIAG_MAP_UNREADABLE, OPN_NOWHERE, name,
					strerror(-err));
	}
	opn_pair_give_up_if_unreadable(state, pair);
	if (!opn_map_is_used(&state->parts[0], infos[0].id) &&
	    !opn_map_is_used(&state->parts[1], infos[1].id))
		pair->constant = true;
	if (infos[0].id == infos[1].id)
		pair->info.uncompared = "both programs share it";
	if (internal) {
		err = opn_pair_sections(state, pair, diags);
		if (pair->owns)
			tell_owned(pair, diags);
		return err;
	}
	opn_btf_map_types(pair->btf, pair->own_name, false, &pair->key_type, &pair->value_type);
	pair->owns = opn_btf_owns(pair->btf, pair->value_type);
	pair->info.declared_entries = opn_btf_map_entries(pair->btf, pair->own_name);
	if (pair->way == OPN_WAY_PERF) /* of the slots, not of the samples */
		pair->value_type = 0;
	if (pair->info.uncompared)
		opn_diag(diags, OPN_DIAG_MAP_UNCOMPARED, OPN_NOWHERE, name, pair->info.uncompared);
	else if (pair->owns)
		tell_owned(pair, diags);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct opn_pair *const *)a)->info.name,
		      (*(struct opn_pair *const *)b)->info.name);
}

/* Whether a map of the left side is the counterpart of this right one. */
static bool has_left(const struct opn_state *state, const char *right)
{
	size_t part;

	for (size_t i = 0; i < state->rename_count; i++) {
		if (!strcmp(state->renames[i].right, right) &&
		    find_map(state, 0, state->renames[i].left, &part))
			return true;
	}
	return !is_renamed_to(state, right) && find_map(state, 0, right, &part) &&
	       !strcmp(opn_state_rename(state, right), right);
}

/* Whether an object before this part has the map: one that they share, or else it is an error. */
static int find_earlier(const struct opn_state *state, int side, size_t part,
			const struct bpf_map *map, struct opn_diags *diags, bool *found)
{
	const struct opn_state_part *own = &state->parts[side].list[part], *other;
	const char *name = known_name(own, map);
	struct bpf_map_info infos[2];
	struct bpf_map *earlier;
	size_t at;

	*found = false;
	if (bpf_map__is_internal(map) || bpf_map__fd(map) < 0)
		return 0;
	earlier = find_map(state, side, name, &at);
	*found = at < part;
	if (!*found || opn_map_info(bpf_map__fd(map), &infos[0]) ||
	    opn_map_info(bpf_map__fd(earlier), &infos[1]) || infos[0].id == infos[1].id)
		return 0;
	other = &state->parts[side].list[at];
	return opn_diag(diags, OPN_DIAG_MAP_TWICE, OPN_NOWHERE, other->stage ?: "",
			own->stage ?: "", name);
}

static int pair_left(struct opn_state *state, size_t part, struct bpf_map *map,
		     struct opn_diags *diags)
{
	const char *name = known_name(&state->parts[0].list[part], map);
	const char *wanted = opn_state_rename(state, name);
	size_t parts[2] = { part, 0 };
	struct bpf_map *other = find_map(state, 1, wanted, &parts[1]);
	bool earlier;
	int err = find_earlier(state, 0, part, map, diags, &earlier);

	if (err || earlier)
		return err;
	if (bpf_map__fd(map) < 0 || !other)
		return opn_state_pair_alone(state, map, 0, part, diags);
	err = pair_maps(state, map, other, parts, diags);
	/* Of a data section each object has its own. */
	while (!err && bpf_map__is_internal(map) && ++parts[1] < state->parts[1].count) {
		other = map_of_part(&state->parts[1].list[parts[1]], wanted);
		if (other)
			err = pair_maps(state, map, other, parts, diags);
	}
	return err;
}

static int pair_right(struct opn_state *state, size_t part, struct bpf_map *map,
		      struct opn_diags *diags)
{
	bool earlier;
	int err;

	if (has_left(state, known_name(&state->parts[1].list[part], map)))
		return 0;
	err = find_earlier(state, 1, part, map, diags, &earlier);
	return err || earlier ? err : opn_state_pair_alone(state, map, 1, part, diags);
}

/* In the order of names, since that of the object is its compiler's. */
int opn_state_pair(struct opn_state *state, struct opn_diags *diags)
{
	int err, first = 0;

	for (int side = 0; side < 2; side++) {
		for (size_t part = 0; part < state->parts[side].count; part++) {
			struct bpf_map *map;

			bpf_object__for_each_map(map, state->parts[side].list[part].object)
			{
				err = side ? pair_right(state, part, map, diags)
					   : pair_left(state, part, map, diags);
				if (err == -ENOMEM)
					return err;
				first = first ?: err;
			}
		}
	}
	opn_state_check_ignored(state, diags);
	if (!first && state->count)
		qsort(state->pairs, state->count, sizeof(state->pairs[0]), by_name);
	return first;
}
