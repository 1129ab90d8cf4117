// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * state_prepare.c - maps that are quick to read and to reset, where programs see no difference
 */
#include "state_internal.h"

/* Beyond it per-CPU arrays are too slow to read. */
enum { MANY_PER_CPU = 4096 };

static bool is_inner_like(const struct bpf_object *object, const struct bpf_map *map)
{
	struct bpf_map *outer, *inner;

	bpf_object__for_each_map(outer, object)
	{
		inner = bpf_map__inner_map(outer);
		if (inner && bpf_map__type(inner) == bpf_map__type(map) &&
		    bpf_map__key_size(inner) == bpf_map__key_size(map) &&
		    bpf_map__value_size(inner) == bpf_map__value_size(map))
			return true;
	}
	return false;
}

static bool is_hash(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static uint32_t better_flags(enum bpf_map_type type)
{
	if (type == BPF_MAP_TYPE_ARRAY)
		return BPF_F_MMAPABLE;
	/* A bloom filter cannot be read, but two that got the same values say the same. */
	return is_hash(type) || type == BPF_MAP_TYPE_BLOOM_FILTER ? BPF_F_ZERO_SEED : 0;
}

/* A map that may be put into another keeps its flags: they are part of what the kernel compares
 * with the template (kernel/bpf/map_in_map.c: bpf_map_meta_equal()). */
/* A per-CPU array is read element by element and CPU by CPU, each time: too long for large ones. An
 * array is the same to a program that runs on one CPU. */
static void make_plain(struct bpf_object *object, struct bpf_map *map)
{
	if (bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_ARRAY &&
	    bpf_map__max_entries(map) > MANY_PER_CPU && !is_inner_like(object, map) &&
	    opn_btf_map_type(bpf_object__btf(object), bpf_map__name(map)) ==
		    BPF_MAP_TYPE_PERCPU_ARRAY)
		bpf_map__set_type(map, BPF_MAP_TYPE_ARRAY);
}

void opn_state_prepare(struct bpf_object *object, uint32_t entries, bool one_cpu)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		uint32_t flags;

		if (one_cpu && bpf_map__autocreate(map) && bpf_map__fd(map) < 0)
			make_plain(object, map);
		flags = better_flags(bpf_map__type(map));

		if (!flags || bpf_map__is_internal(map) || is_inner_like(object, map) ||
		    bpf_map__map_flags(map) & BPF_F_INNER_MAP)
			continue;
		bpf_map__set_map_flags(map, bpf_map__map_flags(map) | flags);
		if (is_hash(bpf_map__type(map)) && entries && bpf_map__max_entries(map) > entries)
			bpf_map__set_max_entries(map, entries);
	}
}

struct bpf_map_info opn_map_declared(const struct bpf_object *object, const struct bpf_map *map,
				     const struct bpf_map_info *info)
{
	struct bpf_map_info declared = *info;

	if (info->type == BPF_MAP_TYPE_ARRAY &&
	    opn_btf_map_type(bpf_object__btf(object), bpf_map__name(map)) ==
		    BPF_MAP_TYPE_PERCPU_ARRAY)
		declared.type = BPF_MAP_TYPE_PERCPU_ARRAY;
	return declared;
}
