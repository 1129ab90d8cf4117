// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * object.c - the object: open, maps taken over, load
 *
 * libbpf can pin and reuse maps by itself; it is told not to: what it pins during a load that fails
 * later would be left to find, and of a map that does not fit it says "parameter mismatch" only.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "internal.h"

/* Kernels before 6.4 refuse to go on when the log is full; what is not written is not allocated. */
#define LOG_SIZE (8 << 20)

void opn_map_pin_name(const char *name, char *pin)
{
	opn_pin_name(name, pin);
}

static bool is_instance_map(const struct opn_instance *instance, const char *name)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;

	if (pipeline->running && !strcmp(pipeline->running, name))
		return true;
	for (size_t i = 0; i < pipeline->hook_count; i++) {
		const struct opn_hook *hook = &pipeline->hooks[i];

		if ((hook->slots && !strcmp(hook->slots, name)) ||
		    (hook->counters && !strcmp(hook->counters, name)))
			return true;
	}
	return false;
}

/* libbpf names the map of a section after the object and the section. */
static const char *section_of(const struct bpf_map *map)
{
	const char *dot = strchr(bpf_map__name(map), '.');

	return bpf_map__is_internal(map) && dot ? dot : bpf_map__name(map);
}

static bool is_constant(const struct bpf_map *map)
{
	const char *section = section_of(map);

	return bpf_map__is_internal(map) &&
	       (!strncmp(section, ".rodata", 7) || !strncmp(section, ".kconfig", 8));
}

static void plan_map(const struct opn_instance *instance, struct bpf_map *map,
		     struct opn_map_plan *plan)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;
	const char *name = section_of(map), *pinned = bpf_map__pin_path(map);
	char path[OPN_PATH_SIZE];

	plan->map = map;
	opn_map_pin_name(name, plan->name);
	if (is_constant(map))
		plan->scope = OPN_SCOPE_NONE;
	else if (bpf_map__is_internal(map) || is_instance_map(instance, name))
		plan->scope = OPN_SCOPE_INSTANCE;
	else
		plan->scope = pinned ? OPN_SCOPE_ROOT : OPN_SCOPE_PIPELINE;
	for (size_t i = 0; i < pipeline->pin_count; i++) {
		if (strcmp(pipeline->pins[i].map, name))
			continue;
		plan->scope = OPN_SCOPE_ROOT;
		opn_pin_name(pipeline->pins[i].name, plan->name);
	}
	bpf_map__set_pin_path(map, NULL);
	/* A stage from a file of its own has its maps' names as its author gave them. */
	if (!instance->source || is_instance_map(instance, name) ||
	    (plan->scope != OPN_SCOPE_PIPELINE && plan->scope != OPN_SCOPE_INSTANCE))
		return;
	if (plan->scope == OPN_SCOPE_PIPELINE &&
	    !opn_path(path, "%s/maps/%s", instance->loader->folder, plan->name) && opn_exists(path))
		return;
	snprintf(path, sizeof(path), "%s_%s", instance->only->stage->name, name);
	opn_pin_name(path, plan->name);
}

static int plan_maps(struct opn_instance *instance)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, instance->object) instance->map_count++;
	instance->maps = calloc(instance->map_count + 1, sizeof(*instance->maps));
	if (!instance->maps)
		return -ENOMEM;
	instance->map_count = 0;
	bpf_object__for_each_map(map, instance->object)
		plan_map(instance, map, &instance->maps[instance->map_count++]);
	return 0;
}

static int give_logs(struct opn_instance *instance)
{
	struct bpf_program *program;
	size_t count = 0;

	bpf_object__for_each_program(program, instance->object) count++;
	instance->logs = calloc(count + 1, sizeof(*instance->logs));
	if (!instance->logs)
		return -ENOMEM;
	count = 0;
	bpf_object__for_each_program(program, instance->object)
	{
		char *log = calloc(1, LOG_SIZE);

		if (!log)
			return -ENOMEM;
		instance->logs[count++] = log;
		bpf_program__set_log_buf(program, log, LOG_SIZE);
	}
	return 0;
}

int opn_object_open(struct opn_instance *instance)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = pipeline->name);
	int error;

	if (instance->source)
		instance->object = bpf_object__open_file(instance->source, NULL);
	else
		instance->object =
			bpf_object__open_mem(pipeline->object, pipeline->object_size, &opts);
	if (!instance->object)
		return opn_fail(instance->loader, -errno, "cannot read the object%s%s",
				instance->source ? " " : "",
				instance->source ? instance->source : "");
	error = plan_maps(instance);
	error = error ? error : give_logs(instance);
	if (error)
		opn_object_close(instance);
	return error;
}

void opn_object_close(struct opn_instance *instance)
{
	bpf_object__close(instance->object);
	instance->object = NULL;
	for (size_t i = 0; instance->logs && instance->logs[i]; i++)
		free(instance->logs[i]);
	free(instance->logs);
	instance->logs = NULL;
	free(instance->maps);
	instance->maps = NULL;
	instance->map_count = 0;
}

/* Where the map is, or will be, pinned. */
static int map_path(const struct opn_instance *instance, const char *prefix,
		    const struct opn_map_plan *plan, char *path)
{
	char rest[OPN_NAME_SIZE + 8];

	switch (plan->scope) {
	case OPN_SCOPE_ROOT:
		return opn_path(path, "%s/%s", OPN_BPF_ROOT, plan->name);
	case OPN_SCOPE_PIPELINE:
		return opn_path(path, "%s/maps/%s", instance->loader->folder, plan->name);
	case OPN_SCOPE_INSTANCE:
		snprintf(rest, sizeof(rest), "maps/%s", plan->name);
		return opn_instance_path(instance, prefix, rest, path);
	case OPN_SCOPE_NONE:
		break;
	}
	return -ENOENT;
}

struct difference {
	const char *what;
	unsigned int pinned, wanted;
};

/* What keeps the map of the object from being the pinned one; what is NULL: nothing. */
static struct difference compare(const struct bpf_map *map, const struct bpf_map_info *info)
{
	enum bpf_map_type type = bpf_map__type(map);
	unsigned int added = 0, entries = bpf_map__max_entries(map);

	/* kernel/bpf/devmap.c: dev_map_init_map() adds it. */
	if (type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH)
		added = BPF_F_RDONLY_PROG;
	/* libbpf gives it one entry for each processor. */
	if (type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && !entries)
		entries = info->max_entries;

	const struct difference rows[] = {
		{ "type", info->type, type },
		{ "size of keys", info->key_size, bpf_map__key_size(map) },
		{ "size of values", info->value_size, bpf_map__value_size(map) },
		{ "number of entries", info->max_entries, entries },
		{ "flags", info->map_flags & ~added, bpf_map__map_flags(map) & ~added },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].pinned != rows[i].wanted)
			return rows[i];
	return (struct difference){ 0 };
}

/* Are the same variables at the same places of a section's map? Without: -errno. */
static int same_variables(const struct opn_instance *instance, const struct bpf_map *map,
			  const struct bpf_map_info *info)
{
	const struct btf *wanted = bpf_object__btf(instance->object);
	struct btf *pinned = info->btf_id ? btf__load_from_kernel_by_id(info->btf_id) : NULL;
	const struct btf_type *a = NULL, *b = NULL;
	bool same = false;

	if (!pinned && info->btf_id)
		return -errno;
	if (pinned)
		a = btf__type_by_id(pinned, info->btf_value_type_id);
	if (wanted)
		b = btf__type_by_id(wanted, bpf_map__btf_value_type_id(map));
	if (a && b && btf_is_datasec(a) && btf_is_datasec(b) && btf_vlen(a) == btf_vlen(b)) {
		const struct btf_var_secinfo *x = btf_var_secinfos(a), *y = btf_var_secinfos(b);

		same = true;
		for (size_t i = 0; i < btf_vlen(a) && same; i++) {
			const struct btf_type *u = btf__type_by_id(pinned, x[i].type);
			const struct btf_type *v = btf__type_by_id(wanted, y[i].type);

			same = x[i].offset == y[i].offset && x[i].size == y[i].size && u && v &&
			       !strcmp(btf__name_by_offset(pinned, u->name_off),
				       btf__name_by_offset(wanted, v->name_off));
		}
	}
	btf__free(pinned);
	return same;
}

/* The hook whose counters the map is, or NULL. */
static const struct opn_hook *counted_hook(const struct opn_instance *instance, const char *name)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;

	for (size_t i = 0; i < pipeline->hook_count; i++)
		if (pipeline->hooks[i].counters && !strcmp(pipeline->hooks[i].counters, name))
			return &pipeline->hooks[i];
	return NULL;
}

static const char *why_anew(int same, bool counted)
{
	if (same < 0)
		return counted ? "CAP_SYS_ADMIN is needed to compare its stages"
			       : "CAP_SYS_ADMIN is needed to compare its variables";
	return !same && counted ? "the stages, or their order, are others"
				: "its layout is another";
}

static bool is_slots(const struct opn_instance *instance, const struct opn_map_plan *plan)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;

	for (size_t i = 0; i < pipeline->hook_count; i++)
		if (pipeline->hooks[i].slots &&
		    !strcmp(pipeline->hooks[i].slots, bpf_map__name(plan->map)))
			return true;
	return false;
}

/*
 * A PROG_ARRAY is never taken over by a new pipeline: filled before the link is updated, it changes
 * all stages at once.
 */
static int take_over(const struct opn_instance *instance, struct opn_map_plan *plan)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);
	const char *name = section_of(plan->map);
	/* What the pipeline's other programs use is no choice of one stage. */
	bool fixed = instance->source && is_instance_map(instance, name);
	const struct opn_hook *counted = counted_hook(instance, name);
	struct difference difference;
	char path[OPN_PATH_SIZE];
	int fd, error, same = 1;

	if (is_slots(instance, plan) && !instance->source)
		return 0;
	/* Maps of the instance are those of the version that runs. */
	error = map_path(instance, "", plan, path);
	if (error || !opn_exists(path))
		return 0;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return opn_fail(instance->loader, -errno, "cannot open %s", path);
	error = bpf_obj_get_info_by_fd(fd, &info, &size);
	if (error) {
		error = opn_fail(instance->loader, -errno, "%s is not a map", path);
		goto out;
	}
	difference = compare(plan->map, &info);
	/* What is named in the tables has the layout that they say. */
	if (!difference.what && bpf_map__is_internal(plan->map) && !is_instance_map(instance, name))
		same = same_variables(instance, plan->map, &info);
	if (!difference.what && counted)
		same = opn_order_of_map(fd, counted);
	if (plan->scope == OPN_SCOPE_INSTANCE && !fixed && (difference.what || same <= 0)) {
		opn_note(instance->loader, "%s: %s begins anew: %s", instance->interface, name,
			 why_anew(same, counted));
		goto out;
	}
	if (difference.what) {
		error = opn_refuse(
			instance->loader,
			"map '%s' is not the one that is pinned: its %s is %u, and %u in %s",
			bpf_map__name(plan->map), difference.what, difference.wanted,
			difference.pinned, path);
		opn_note(instance->loader, "give the map another name, or 'detach' (its content is "
					   "lost) and 'attach'");
		goto out;
	}
	error = bpf_map__reuse_fd(plan->map, fd);
	plan->taken_over = !error;
	if (error)
		opn_fail(instance->loader, error, "cannot use %s", path);
out:
	close(fd);
	return error;
}

int opn_object_take_over(struct opn_instance *instance)
{
	for (size_t i = 0; i < instance->map_count; i++) {
		int error = 0;

		if (instance->maps[i].scope != OPN_SCOPE_NONE)
			error = take_over(instance, &instance->maps[i]);
		if (error)
			return error;
	}
	return 0;
}

int opn_object_load(struct opn_instance *instance)
{
	int error = bpf_object__load(instance->object);

	return error ? opn_fail_load(instance, error) : 0;
}

int opn_object_pin_maps(struct opn_instance *instance)
{
	char path[OPN_PATH_SIZE];

	for (size_t i = 0; i < instance->map_count; i++) {
		struct opn_map_plan *plan = &instance->maps[i];
		int error;

		if (plan->taken_over || plan->scope == OPN_SCOPE_NONE)
			continue;
		error = opn_fault("pin-maps", plan->name);
		error = error ? error : map_path(instance, instance->prefix, plan, path);
		if (!error && bpf_obj_pin(bpf_map__fd(plan->map), path))
			error = -errno;
		if (error)
			return opn_fail(instance->loader, error, "cannot pin map '%s'",
					bpf_map__name(plan->map));
		plan->pinned = true;
	}
	return 0;
}

void opn_object_unpin_maps(struct opn_instance *instance)
{
	char path[OPN_PATH_SIZE];

	for (size_t i = 0; i < instance->map_count; i++)
		if (instance->maps[i].pinned &&
		    !map_path(instance, instance->prefix, &instance->maps[i], path))
			unlink(path);
}

/* A map update would write the section's other variables, too: memory is shared with programs. */
int opn_object_running(int map, bool write, __u32 *value)
{
	size_t page = sysconf(_SC_PAGESIZE);
	volatile __u32 *shared = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (shared == MAP_FAILED)
		return -errno;
	if (write)
		*shared = *value;
	else
		*value = *shared;
	munmap((void *)shared, page);
	return 0;
}

struct bpf_program *opn_object_program(const struct opn_instance *instance,
				       const struct opn_point *point)
{
	const char *name = point->stage ? point->stage->program : point->hook->program;

	if (instance->source)
		name = instance->program;
	return name ? bpf_object__find_program_by_name(instance->object, name) : NULL;
}
