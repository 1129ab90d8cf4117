// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * points.c - places at which a program is put: link, filter, slot of a PROG_ARRAY, component
 *
 * Each kind is a row of functions (links.c, filters.c, slots.c). Nothing is ever detached to put
 * something else there: links, filters and slots are overwritten in place, and no packet sees an
 * empty one.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

__u32 opn_program_id(int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);

	return fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

const char *opn_program_words(__u32 id, char *words, size_t size)
{
	struct bpf_prog_info info = { 0 };
	__u32 length = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &length) && *info.name)
		snprintf(words, size, "%u '%s'", id, info.name);
	else
		snprintf(words, size, "%u", id);
	if (fd >= 0)
		close(fd);
	return words;
}

static int program_path(const struct opn_instance *instance, const char *prefix,
			const struct opn_point *point, char *path)
{
	char rest[OPN_NAME_SIZE + 16];

	snprintf(rest, sizeof(rest), "%s:program", point->pin);
	return opn_instance_path(instance, prefix, rest, path);
}

int opn_program_open(const struct opn_instance *instance, const char *prefix,
		     const struct opn_point *point)
{
	char rest[OPN_NAME_SIZE + 16];

	snprintf(rest, sizeof(rest), "%s:program", point->pin);
	return opn_pin_open(instance, prefix, rest);
}

static const struct opn_kind_ops *const kinds[] = {
	[OPN_KIND_LINK] = &opn_kind_link,
	[OPN_KIND_FILTER] = &opn_kind_filter,
	[OPN_KIND_SLOT] = &opn_kind_slot,
	[OPN_KIND_LIBXDP] = &opn_kind_libxdp,
};

int opn_point_query(const struct opn_instance *instance, const struct opn_point *point,
		    const char *prefix, struct opn_attached *attached)
{
	*attached = (struct opn_attached){ 0 };
	return kinds[point->kind]->query(instance, point, prefix, attached);
}

int opn_point_put(struct opn_instance *instance, struct opn_point *point, int program)
{
	return kinds[point->kind]->put(instance, point, program);
}

int opn_point_detach(struct opn_instance *instance, struct opn_point *point)
{
	char path[OPN_PATH_SIZE];
	int error = kinds[point->kind]->detach(instance, point);

	if (error && error != -ENOENT && error != -ENODEV)
		return error;
	if (!opn_instance_path(instance, instance->prefix, point->pin, path))
		unlink(path);
	if (!program_path(instance, instance->prefix, point, path))
		unlink(path);
	point->attached = false;
	return 0;
}

int opn_program_pin(const struct opn_instance *instance, const struct opn_point *point, int fd)
{
	char path[OPN_PATH_SIZE];
	int error = program_path(instance, instance->prefix, point, path);

	if (!error && bpf_obj_pin(fd, path))
		error = -errno;
	return error;
}

static int attach_one(struct opn_instance *instance, struct opn_point *point)
{
	struct bpf_program *program = opn_object_program(instance, point);
	int error;

	if (!program)
		return -ENOENT;
	error = opn_fault("attach", point->pin);
	error = error ? error : opn_program_pin(instance, point, bpf_program__fd(program));
	error = error ? error
		      : kinds[point->kind]->attach(instance, point, bpf_program__fd(program));
	if (error) {
		char path[OPN_PATH_SIZE];

		if (!program_path(instance, instance->prefix, point, path))
			unlink(path);
		return error;
	}
	point->attached = true;
	return 0;
}

/* Errors after which the next way is tried. */
static bool is_not_supported(int error)
{
	static const int errors[] = { EINVAL, EOPNOTSUPP, 524 /* ENOTSUPP, of drivers */, ERANGE };

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (-error == errors[i])
			return true;
	return false;
}

static size_t points_of(const struct opn_instance *instance, const struct opn_hook *hook,
			size_t *first)
{
	size_t count = 0;

	for (size_t i = 0; i < instance->point_count; i++) {
		const struct opn_point *point = &instance->points[i];

		if (point->hook != hook || point->kind == OPN_KIND_SLOT)
			continue;
		if (!count++)
			*first = i;
	}
	return count;
}

/* In one way, or not at all. */
static int attach_all(struct opn_instance *instance, struct opn_point *points, size_t count,
		      const struct opn_attach_way *way)
{
	if (way->way == OPN_WAY_LIBXDP)
		return opn_libxdp_attach(instance, points, count, way);
	for (size_t i = 0; i < count; i++) {
		int error;

		points[i].way = way;
		points[i].kind = way->way == OPN_WAY_FILTER ? OPN_KIND_FILTER : OPN_KIND_LINK;
		error = attach_one(instance, &points[i]);
		if (!error)
			continue;
		while (i--)
			opn_point_detach(instance, &points[i]);
		return error;
	}
	return 0;
}

static bool has_mode(const struct opn_hook *hook, const char *mode)
{
	for (size_t i = 0; mode && i < hook->way_count; i++)
		if (!strcmp(hook->ways[i].name, mode))
			return true;
	return false;
}

static int fail_attach(const struct opn_instance *instance, const struct opn_point *point,
		       int error)
{
	const struct opn_kind_ops *ops = kinds[point->kind];

	opn_fail(instance->loader, error, "cannot attach to %s of %s", point->hook->name,
		 instance->interface);
	if (ops->explain)
		ops->explain(instance, point, error);
	return error;
}

int opn_hook_attach(struct opn_instance *instance, const struct opn_hook *hook)
{
	const char *mode = instance->loader->options.mode;
	size_t first = 0, count = points_of(instance, hook, &first);
	bool chosen = has_mode(hook, mode);
	int error = -ENOENT;

	if (!count)
		return 0;
	for (size_t i = 0; i < hook->way_count; i++) {
		if (chosen && strcmp(hook->ways[i].name, mode))
			continue;
		error = attach_all(instance, &instance->points[first], count, &hook->ways[i]);
		if (!error)
			return 0;
		if (!is_not_supported(error) || chosen || i + 1 == hook->way_count)
			break;
		opn_note(instance->loader, "%s of %s: not as %s (%s)", hook->name,
			 instance->interface, hook->ways[i].name, strerror(-error));
	}
	return fail_attach(instance, &instance->points[first], error);
}

int opn_slots_fill(struct opn_instance *instance)
{
	for (size_t i = 0; i < instance->point_count; i++) {
		struct opn_point *point = &instance->points[i];
		int error;

		if (point->kind != OPN_KIND_SLOT)
			continue;
		error = attach_one(instance, point);
		if (error)
			return opn_fail(instance->loader, error, "cannot fill the slot of '%s'",
					point->stage->name);
	}
	return 0;
}

static int add_point(struct opn_instance *instance, struct opn_point point, const char *name)
{
	struct opn_point *more =
		realloc(instance->points, (instance->point_count + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	opn_pin_name(name, point.pin);
	point.previous = -1;
	instance->points = more;
	instance->points[instance->point_count++] = point;
	return 0;
}

static bool is_libxdp(const struct opn_hook *hook)
{
	return hook->way_count && hook->ways[0].way == OPN_WAY_LIBXDP;
}

/* A program without a link is, or would have been, a filter. */
static enum opn_kind kind_of(const struct opn_instance *instance, const char *name)
{
	int fd = opn_pin_open(instance, instance->prefix, name);

	if (fd < 0)
		return OPN_KIND_FILTER;
	close(fd);
	return OPN_KIND_LINK;
}

static int make_hook(struct opn_instance *instance, const struct opn_hook *hook)
{
	bool each = hook->slots || !hook->program;
	int error = 0;

	for (size_t i = 0; each && i < hook->stage_count && !error; i++) {
		struct opn_point point = { .hook = hook, .stage = &hook->stages[i], .index = i };
		char name[OPN_NAME_SIZE];

		snprintf(name, sizeof(name), "%s:%s", hook->name, hook->stages[i].name);
		opn_pin_name(name, point.pin);
		point.kind = hook->slots	? OPN_KIND_SLOT
			     : is_libxdp(hook)	? OPN_KIND_LIBXDP
						: kind_of(instance, point.pin);
		error = add_point(instance, point, name);
	}
	if (!hook->program || error)
		return error;
	return add_point(instance,
			 (struct opn_point){ .hook = hook, .kind = kind_of(instance, hook->name) },
			 hook->name);
}

int opn_points_make(struct opn_instance *instance)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;
	int error = 0;

	free(instance->points);
	instance->points = NULL;
	instance->point_count = 0;
	for (size_t i = 0; i < pipeline->hook_count && !error; i++)
		error = make_hook(instance, &pipeline->hooks[i]);
	return error;
}

static bool is_known(const struct opn_instance *instance, const char *name)
{
	for (size_t i = 0; i < instance->point_count; i++)
		if (!strcmp(instance->points[i].pin, name))
			return true;
	return false;
}

/* What another version of the pipeline has attached, as far as its pins tell. */
int opn_points_add_unknown(struct opn_instance *instance)
{
	char path[OPN_PATH_SIZE], **names;
	int error = opn_instance_path(instance, instance->prefix, "", path);

	if (error)
		return error;
	names = opn_names(path);
	for (size_t i = 0; names && names[i] && !error; i++) {
		char *end = strrchr(names[i], ':');

		if (!end || strcmp(end, ":program"))
			continue;
		*end = '\0';
		if (!is_known(instance, names[i]))
			error = add_point(instance,
					  (struct opn_point){ .kind = kind_of(instance, names[i]) },
					  names[i]);
	}
	opn_names_free(names);
	return error;
}

void opn_hooks_detach(struct opn_instance *instance)
{
	for (size_t i = instance->point_count; i-- > 0;)
		if (instance->points[i].attached)
			opn_point_detach(instance, &instance->points[i]);
	opn_clsact_remove(instance);
}
