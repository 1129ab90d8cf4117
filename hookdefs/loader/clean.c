// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * clean.c - removes what runs that were cut off have left
 *
 * What runs is never touched.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/pkt_sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

static bool has_replace(const struct opn_instance *instance)
{
	char path[OPN_PATH_SIZE];

	return !opn_instance_path(instance, "replace:", "", path) && opn_exists(path);
}

static int clean_instance(struct opn_instance *instance)
{
	struct opn_loader *loader = instance->loader;
	char why[128], name[64];
	bool in_reach = !opn_host_netns_enter(loader, instance->netns, name, sizeof(name));
	enum opn_state state = opn_instance_state(instance, why, sizeof(why));

	if (state == OPN_STATE_RUNNING || state == OPN_STATE_ELSEWHERE) {
		if (!has_replace(instance) || !in_reach)
			return 0;
		opn_replace_settle(instance);
		opn_say(loader, "%s: ended a replace that was cut off", instance->interface);
		return 0;
	}
	if (opn_instance_remove(instance))
		return -EIO;
	opn_say(loader, "%s: removed what was %s%s%s", instance->interface, opn_state_words(state),
		*why ? ": " : "", why);
	return 0;
}

static bool is_pinned(const struct opn_instance *instances, size_t count, __u32 program)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < instances[i].point_count; j++) {
			int fd = opn_program_open(&instances[i], instances[i].prefix,
						  &instances[i].points[j]);
			__u32 id = opn_program_id(fd);

			if (fd >= 0)
				close(fd);
			if (id == program)
				return true;
		}
	return false;
}

/* Filters live without pins: when the BPF filesystem was unmounted, only their handle tells. */
static int clean_filters(const struct opn_loader *loader, const struct if_nameindex *interface,
			 enum bpf_tc_attach_point where, __u32 parent,
			 const struct opn_instance *instances, size_t count)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = interface->if_index, .attach_point = where);
	struct opn_filter *filters;
	size_t filter_count;
	int result = 0;

	if (opn_filters_list(interface->if_index, parent, &filters, &filter_count))
		return 0;
	for (size_t i = 0; i < filter_count; i++) {
		LIBBPF_OPTS(bpf_tc_opts, opts, .handle = filters[i].handle,
			    .priority = filters[i].priority);

		if (strcmp(filters[i].kind, "bpf") ||
		    filters[i].handle != opn_filters_handle(loader->pipeline) ||
		    is_pinned(instances, count, filters[i].program))
			continue;
		if (bpf_tc_detach(&hook, &opts))
			result = -EIO;
		else
			opn_say(loader, "%s: removed the filter of program %u '%s'",
				interface->if_name, filters[i].program, filters[i].name);
	}
	free(filters);
	return result;
}

static int clean_interfaces(const struct opn_loader *loader, const struct opn_instance *instances,
			    size_t count)
{
	struct if_nameindex *interfaces = if_nameindex();
	int result = 0;

	for (size_t i = 0; interfaces && interfaces[i].if_index; i++) {
		if (clean_filters(loader, &interfaces[i], BPF_TC_INGRESS,
				  TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), instances, count) ||
		    clean_filters(loader, &interfaces[i], BPF_TC_EGRESS,
				  TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), instances, count))
			result = -EIO;
	}
	if_freenameindex(interfaces);
	return result;
}

int opn_command_clean(struct opn_loader *loader)
{
	struct opn_instance *instances = NULL;
	char name[64];
	size_t count = 0;
	int error = opn_host_lock(loader), result = error;

	if (!error)
		result = opn_instances_find(loader, true, &instances, &count);
	for (size_t i = 0; i < count && !error; i++)
		if (clean_instance(&instances[i]))
			result = -EIO;
	if (!error && !opn_host_netns_enter(loader, loader->home_inode, name, sizeof(name)) &&
	    clean_interfaces(loader, instances, count))
		result = -EIO;
	if (!error)
		opn_folder_collect(loader);
	opn_instances_free(instances, count);
	opn_host_unlock(loader);
	return result ? 1 : 0;
}
