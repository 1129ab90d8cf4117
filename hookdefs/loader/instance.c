// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * instance.c - the pipeline on one interface: what is there, and in which state
 *
 * A loader may be killed at any time. What it leaves is told from pins and from what the kernel
 * says is attached, never from a record that could be wrong.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

int opn_instance_init(struct opn_loader *loader, const char *interface,
		      struct opn_instance *instance)
{
	*instance = (struct opn_instance){ .loader = loader, .prefix = "" };
	if (strlen(interface) >= sizeof(instance->interface))
		return -ENODEV;
	strcpy(instance->interface, interface);
	opn_folder_name(loader, interface, instance->name);
	instance->netns = loader->netns;
	instance->ifindex = if_nametoindex(interface);
	return 0;
}

void opn_instance_fini(struct opn_instance *instance)
{
	opn_object_close(instance);
	for (size_t i = 0; i < instance->point_count; i++)
		if (instance->points[i].previous >= 0)
			close(instance->points[i].previous);
	free(instance->points);
	instance->points = NULL;
	instance->point_count = 0;
}

int opn_instance_map(const struct opn_instance *instance, const char *prefix, const char *map)
{
	char name[OPN_NAME_SIZE], rest[OPN_NAME_SIZE + 8];

	opn_map_pin_name(map, name);
	snprintf(rest, sizeof(rest), "maps/%s", name);
	return opn_pin_open(instance, prefix, rest);
}

static bool is_stopped(const struct opn_instance *instance)
{
	const char *running = instance->loader->pipeline->running;
	__u32 value = 0;
	int map, error;

	if (!running)
		return false;
	map = opn_instance_map(instance, instance->prefix, running);
	if (map < 0)
		return true;
	error = opn_object_running(map, false, &value);
	close(map);
	return error || !value;
}

static bool has_folder(const struct opn_instance *instance, const char *prefix)
{
	char path[OPN_PATH_SIZE];

	return !opn_instance_path(instance, prefix, "", path) && opn_exists(path);
}

static bool is_attached(const struct opn_instance *instance, const struct opn_point *point)
{
	struct opn_attached now;

	return !opn_point_query(instance, point, instance->prefix, &now) && now.program &&
	       (!instance->ifindex || now.ifindex == (__u32)instance->ifindex);
}

static enum opn_state state_of_points(const struct opn_instance *instance, char *why, size_t size)
{
	bool in_reach = instance->netns == instance->loader->netns;
	enum opn_state state = OPN_STATE_RUNNING;

	for (size_t i = 0; i < instance->point_count; i++) {
		const struct opn_point *point = &instance->points[i];

		if (!in_reach && point->kind == OPN_KIND_FILTER)
			return OPN_STATE_ELSEWHERE;
		if (is_attached(instance, point))
			continue;
		snprintf(why, size, "nothing is at %s", point->pin);
		state = OPN_STATE_INCOMPLETE;
	}
	if (state == OPN_STATE_RUNNING && is_stopped(instance))
		state = OPN_STATE_STOPPED;
	return state;
}

enum opn_state opn_instance_state(struct opn_instance *instance, char *why, size_t size)
{
	bool in_reach = instance->netns == instance->loader->netns;
	enum opn_state state;

	snprintf(why, size, "%s", "");
	instance->prefix = "";
	if (!has_folder(instance, "")) {
		if (has_folder(instance, "attach:"))
			instance->prefix = "attach:";
		else if (!has_folder(instance, "replace:"))
			return OPN_STATE_ABSENT;
	}
	instance->ifindex = in_reach ? if_nametoindex(instance->interface) : 0;
	if (opn_points_make(instance))
		return OPN_STATE_INCOMPLETE;
	if (in_reach && !instance->ifindex)
		return OPN_STATE_GONE;
	state = state_of_points(instance, why, size);
	if (*instance->prefix && state != OPN_STATE_ELSEWHERE) {
		if (!*why)
			snprintf(why, size, "%s",
				 state == OPN_STATE_RUNNING ? "its programs run"
							    : "its programs pass all packets");
		return OPN_STATE_INTERRUPTED;
	}
	return state;
}

const char *opn_state_words(enum opn_state state)
{
	static const char *const words[] = {
		[OPN_STATE_ABSENT] = "absent",		 [OPN_STATE_RUNNING] = "running",
		[OPN_STATE_INTERRUPTED] = "interrupted", [OPN_STATE_STOPPED] = "stopped",
		[OPN_STATE_INCOMPLETE] = "incomplete",	 [OPN_STATE_GONE] = "gone",
		[OPN_STATE_ELSEWHERE] = "elsewhere",
	};

	return words[state];
}

static void stop(const struct opn_instance *instance)
{
	const char *running = instance->loader->pipeline->running;
	__u32 no = 0;
	int map = running ? opn_instance_map(instance, instance->prefix, running) : -1;

	if (map < 0)
		return;
	opn_object_running(map, true, &no);
	close(map);
}

/* Stops first: from then on, what is left when this process is killed passes all packets. */
int opn_instance_remove(struct opn_instance *instance)
{
	char path[OPN_PATH_SIZE];
	int error = opn_points_add_unknown(instance), result = error;

	stop(instance);
	for (size_t i = instance->point_count; i-- > 0;) {
		struct opn_point *point = &instance->points[i];

		error = opn_fault("detach", point->pin);
		error = error ? error : opn_point_detach(instance, point);
		if (error)
			result = opn_fail(instance->loader, error, "cannot detach %s of %s",
					  point->pin, instance->interface);
	}
	if (result)
		return result;
	opn_clsact_remove(instance);
	if (!opn_instance_path(instance, instance->prefix, "", path))
		opn_folder_remove(path);
	if (!opn_instance_path(instance, "replace:", "", path))
		opn_folder_remove(path);
	opn_folder_collect(instance->loader);
	return 0;
}

static bool is_listed(const struct opn_instance *instances, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(instances[i].name, name))
			return true;
	return false;
}

static const char *without_prefix(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon ? colon + 1 : name;
}

int opn_instances_find(struct opn_loader *loader, bool all, struct opn_instance **instances,
		       size_t *count)
{
	char **names = opn_names(loader->folder);
	int error = 0;

	*instances = NULL;
	*count = 0;
	for (size_t i = 0; names && names[i] && !error; i++) {
		const char *name = without_prefix(names[i]);
		struct opn_instance one = { .loader = loader, .prefix = "" }, *more;

		if (!strcmp(name, "maps") || is_listed(*instances, *count, name) ||
		    !opn_folder_parse(loader, name, one.interface, &one.netns) ||
		    (!all && one.netns != loader->netns))
			continue;
		snprintf(one.name, sizeof(one.name), "%s", name);
		more = realloc(*instances, (*count + 1) * sizeof(one));
		if (!more)
			error = -ENOMEM;
		else
			*instances = more;
		if (more)
			more[(*count)++] = one;
	}
	opn_names_free(names);
	return error;
}

void opn_instances_free(struct opn_instance *instances, size_t count)
{
	for (size_t i = 0; i < count; i++)
		opn_instance_fini(&instances[i]);
	free(instances);
}
