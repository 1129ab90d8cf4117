// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * slots.c - programs that are called through the slots of a PROG_ARRAY
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

/* The array that is filled: that of the object, or the one that is pinned. */
static int open_slots(const struct opn_instance *instance, const struct opn_point *point,
		      const char *prefix)
{
	char name[OPN_NAME_SIZE], rest[OPN_NAME_SIZE + 8];
	struct bpf_map *map = NULL;

	if (instance->object && !instance->source && !strcmp(prefix, instance->prefix))
		map = bpf_object__find_map_by_name(instance->object, point->hook->slots);
	if (map)
		return dup(bpf_map__fd(map));
	opn_map_pin_name(point->hook->slots, name);
	snprintf(rest, sizeof(rest), "maps/%s", name);
	return opn_pin_open(instance, prefix, rest);
}

static int set_slot(struct opn_instance *instance, struct opn_point *point, const char *prefix,
		    int program)
{
	__u32 slot = point->index;
	int error = 0, map = open_slots(instance, point, prefix);

	if (map < 0)
		return map;
	if (bpf_map_update_elem(map, &slot, &program, BPF_ANY))
		error = -errno;
	close(map);
	return error;
}

static int attach_slot(struct opn_instance *instance, struct opn_point *point, int program)
{
	return set_slot(instance, point, instance->prefix, program);
}

static int put_slot(struct opn_instance *instance, struct opn_point *point, int program)
{
	return set_slot(instance, point, "", program);
}

/* The array goes with the program that uses it. */
static int detach_slot(struct opn_instance *instance, struct opn_point *point)
{
	(void)instance;
	(void)point;
	return 0;
}

static int query_slot(const struct opn_instance *instance, const struct opn_point *point,
		      const char *prefix, struct opn_attached *attached)
{
	__u32 slot = point->index;
	int map = open_slots(instance, point, prefix);

	if (map < 0)
		return map;
	if (bpf_map_lookup_elem(map, &slot, &attached->program))
		attached->program = 0;
	attached->ifindex = instance->ifindex;
	close(map);
	return 0;
}

const struct opn_kind_ops opn_kind_slot = {
	attach_slot, put_slot, detach_slot, query_slot, NULL,
};
