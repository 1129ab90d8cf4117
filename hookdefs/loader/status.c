// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * status.c - tells what is attached, and who else is there
 *
 * One description is made, as JSON; the text for people is that description, read aloud.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <jansson.h>
#include <linux/pkt_sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

static json_t *verdict_names(const struct opn_hook *hook, const struct opn_stage *stage)
{
	json_t *names = json_array();

	for (size_t i = 0; i < stage->continue_count; i++) {
		const char *name = NULL;

		for (size_t j = 0; j < hook->verdict_count; j++)
			if (hook->verdicts[j].value == stage->continues[i])
				name = hook->verdicts[j].name;
		json_array_append_new(names,
				      name ? json_string(name) : json_integer(stage->continues[i]));
	}
	return names;
}

static void describe_program(json_t *object, int fd)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	char tag[2 * BPF_TAG_SIZE + 1];

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		return;
	for (size_t i = 0; i < BPF_TAG_SIZE; i++)
		snprintf(tag + 2 * i, 3, "%02x", info.tag[i]);
	json_object_set_new(object, "program", json_integer(info.id));
	json_object_set_new(object, "name", json_string(info.name));
	json_object_set_new(object, "tag", json_string(tag));
}

static json_t *describe_point(const struct opn_instance *instance, const struct opn_point *point)
{
	static const char *const kinds[] = {
		[OPN_KIND_LINK] = "link",
		[OPN_KIND_FILTER] = "filter",
		[OPN_KIND_SLOT] = "slot",
		[OPN_KIND_LIBXDP] = "component",
	};
	struct opn_attached now;
	json_t *object = json_object();
	int fd = opn_program_open(instance, instance->prefix, point);

	if (!opn_point_query(instance, point, instance->prefix, &now) && now.program) {
		json_object_set_new(object, "program", json_integer(now.program));
		if (opn_program_id(fd) == now.program)
			describe_program(object, fd);
	}
	json_object_set_new(object, "attached", json_string(kinds[point->kind]));
	if (point->kind == OPN_KIND_SLOT)
		json_object_set_new(object, "slot", json_integer(point->index));
	if (now.way)
		json_object_set_new(object, "way", json_string(now.way->name));
	if (now.link)
		json_object_set_new(object, "link", json_integer(now.link));
	if (now.priority)
		json_object_set_new(object, "priority", json_integer(now.priority));
	if (now.handle)
		json_object_set_new(object, "handle", json_integer(now.handle));
	if (fd >= 0)
		close(fd);
	return object;
}

/* others */

static bool is_ours(const json_t *programs, __u32 id)
{
	size_t i;
	json_t *one;

	json_array_foreach(programs, i, one) if (json_integer_value(one) == id) return true;
	return false;
}

static void add_other(json_t *others, const json_t *ours, const char *where, __u32 id, __u32 link)
{
	char words[64], *quote, *end;
	json_t *other;

	if (!id || is_ours(ours, id))
		return;
	other = json_pack("{s:s, s:i}", "where", where, "program", (int)id);
	opn_program_words(id, words, sizeof(words));
	quote = strchr(words, '\'');
	end = quote ? strrchr(words, '\'') : NULL;
	if (quote && end > quote)
		json_object_set_new(other, "name", json_stringn(quote + 1, end - quote - 1));
	if (link)
		json_object_set_new(other, "link", json_integer(link));
	json_array_append_new(others, other);
}

static void others_at_device(const struct opn_instance *instance, json_t *others,
			     const json_t *ours)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	if (bpf_xdp_query(instance->ifindex, 0, &query))
		return;
	add_other(others, ours, "native", query.drv_prog_id, 0);
	add_other(others, ours, "generic", query.skb_prog_id, 0);
	add_other(others, ours, "offloaded", query.hw_prog_id, 0);
}

/* include/uapi/linux/bpf.h: the member "query" of union bpf_attr since Linux 6.6; libbpf 1.1 and
 * the headers of Linux 6.1 do not have all of it. */
struct query {
	__u32 ifindex, attach_type, query_flags, attach_flags;
	__u64 programs;
	__u32 count, pad;
	__u64 program_flags, links, link_flags, revision;
};

static void others_by_link(const struct opn_instance *instance, const struct opn_attach_way *way,
			   json_t *others, const json_t *ours)
{
	__u32 programs[OPN_LISTED] = { 0 }, links[OPN_LISTED] = { 0 };
	struct query query = {
		.ifindex = instance->ifindex,
		.attach_type = way->type,
		.programs = (unsigned long)programs,
		.links = (unsigned long)links,
		.count = OPN_LISTED,
	};

	if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)))
		return;
	for (__u32 i = 0; i < query.count && i < OPN_LISTED; i++)
		add_other(others, ours, way->name, programs[i], links[i]);
}

static void others_by_filter(const struct opn_instance *instance, const struct opn_attach_way *way,
			     json_t *others, const json_t *ours)
{
	__u32 side = way->type == BPF_TC_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS;
	struct opn_filter *filters;
	size_t count;

	if (opn_filters_list(instance->ifindex, TC_H_MAKE(TC_H_CLSACT, side), &filters, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		if (filters[i].program)
			add_other(others, ours, way->name, filters[i].program, 0);
		else
			json_array_append_new(others, json_pack("{s:s, s:s}", "where", way->name,
								"name", filters[i].kind));
	}
	free(filters);
}

/* The dispatcher is nobody's. Whether there is one, in this way. */
static bool others_by_libxdp(const struct opn_instance *instance, const struct opn_attach_way *way,
			     json_t *others, const json_t *ours)
{
	__u32 programs[OPN_LISTED];
	size_t count = opn_libxdp_list(instance, way, programs, OPN_LISTED);

	for (size_t i = 0; i < count; i++)
		add_other(others, ours, way->name, programs[i], 0);
	return count != 0;
}

static json_t *describe_others(const struct opn_instance *instance, const struct opn_hook *hook,
			       const json_t *ours)
{
	json_t *others = json_array();
	bool at_device = false, dispatched = false;

	for (size_t i = 0; instance->ifindex && i < hook->way_count; i++) {
		const struct opn_attach_way *way = &hook->ways[i];

		if (way->way == OPN_WAY_FILTER)
			others_by_filter(instance, way, others, ours);
		else if (way->way == OPN_WAY_LINK && way->type != BPF_XDP)
			others_by_link(instance, way, others, ours);
		else if (way->way == OPN_WAY_LIBXDP)
			dispatched |= others_by_libxdp(instance, way, others, ours);
		at_device |= way->type == BPF_XDP || way->way == OPN_WAY_LIBXDP;
	}
	if (at_device && !dispatched)
		others_at_device(instance, others, ours);
	return others;
}

/* hooks, interfaces */

/* A stage may have been replaced by itself: its program says what it was made of. */
static void tell_source(json_t *stage, const struct opn_instance *instance,
			const struct opn_point *point)
{
	int fd = opn_program_open(instance, instance->prefix, point), error;
	char source[OPN_PATH_SIZE];

	if (fd < 0)
		return;
	error = opn_program_source(fd, point->stage->program, source, sizeof(source));
	if (!error)
		json_object_set_new(stage, "source", json_string(source));
	else if (error != -ENOENT)
		json_object_del(stage, "source");
	close(fd);
}

static json_t *describe_stages(const struct opn_instance *instance, const struct opn_hook *hook,
			       json_t *ours)
{
	json_t *stages = json_array();

	for (size_t i = 0; i < hook->stage_count; i++) {
		const struct opn_stage *stage = &hook->stages[i];
		json_t *object = json_pack("{s:s, s:s?, s:o}", "name", stage->name, "source",
					   stage->source, "continues", verdict_names(hook, stage));

		for (size_t j = 0; j < instance->point_count; j++) {
			json_t *point;

			if (instance->points[j].stage != stage)
				continue;
			point = describe_point(instance, &instance->points[j]);
			json_object_set(object, "program", point);
			tell_source(object, instance, &instance->points[j]);
			json_array_append(ours, json_object_get(point, "program"));
			json_decref(point);
		}
		json_array_append_new(stages, object);
	}
	return stages;
}

static json_t *describe_hook(const struct opn_instance *instance, const struct opn_hook *hook)
{
	json_t *ours = json_array();
	json_t *object = json_pack("{s:s, s:s?}", "name", hook->name, "mechanism", hook->mechanism);

	for (size_t i = 0; i < instance->point_count; i++) {
		json_t *point;

		if (instance->points[i].hook != hook || instance->points[i].stage)
			continue;
		point = describe_point(instance, &instance->points[i]);
		json_object_set(object, "dispatcher", point);
		json_array_append(ours, json_object_get(point, "program"));
		json_decref(point);
	}
	json_object_set_new(object, "stages", describe_stages(instance, hook, ours));
	json_object_set_new(object, "others", describe_others(instance, hook, ours));
	json_decref(ours);
	return object;
}

static json_t *list_maps(const char *folder)
{
	json_t *paths = json_array();
	char path[OPN_PATH_SIZE], **names = opn_names(folder);

	for (size_t i = 0; names && names[i]; i++)
		if (!opn_path(path, "%s/%s", folder, names[i]))
			json_array_append_new(paths, json_string(path));
	opn_names_free(names);
	return paths;
}

static json_t *describe_instance(struct opn_instance *instance)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;
	char why[128], netns[64], path[OPN_PATH_SIZE];
	int unreachable =
		opn_host_netns_enter(instance->loader, instance->netns, netns, sizeof(netns));
	enum opn_state state = opn_instance_state(instance, why, sizeof(why));
	json_t *object = json_pack("{s:s, s:s, s:s}", "interface", instance->interface, "state",
				   opn_state_words(state), "why", why);
	json_t *hooks = json_array();

	if (unreachable)
		instance->ifindex = 0;
	if (instance->netns != instance->loader->netns_initial)
		json_object_set_new(object, "netns", json_integer(instance->netns));
	if (*netns)
		json_object_set_new(object, "netns-name", json_string(netns));
	for (size_t i = 0; i < pipeline->hook_count; i++)
		json_array_append_new(hooks, describe_hook(instance, &pipeline->hooks[i]));
	json_object_set_new(object, "hooks", hooks);
	if (!opn_instance_path(instance, instance->prefix, "maps", path))
		json_object_set_new(object, "maps", list_maps(path));
	if (!opn_instance_path(instance, "replace:", "", path))
		json_object_set_new(object, "replace-cut-off", json_boolean(opn_exists(path)));
	return object;
}

static json_t *describe(struct opn_loader *loader)
{
	const struct opn_pipeline *pipeline = loader->pipeline;
	struct opn_instance *instances;
	json_t *object, *all = json_array(), *root = json_array();
	char path[OPN_PATH_SIZE];
	size_t count;

	if (opn_instances_find(loader, true, &instances, &count))
		return NULL;
	for (size_t i = 0; i < count; i++)
		json_array_append_new(all, describe_instance(&instances[i]));
	opn_instances_free(instances, count);
	object = json_pack("{s:s, s:s, s:o}", "pipeline", pipeline->name, "version",
			   pipeline->version, "interfaces", all);
	if (!opn_path(path, "%s/maps", loader->folder))
		json_object_set_new(object, "maps", list_maps(path));
	for (size_t i = 0; i < pipeline->pin_count; i++)
		if (!opn_path(path, "%s/%s", OPN_BPF_ROOT, pipeline->pins[i].name) &&
		    opn_exists(path))
			json_array_append_new(root, json_string(path));
	json_object_set_new(object, "pinned-by-name", root);
	return object;
}

/* text */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static long long number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void print_program(const json_t *point)
{
	if (!json_object_get(point, "program")) {
		printf("nothing is attached");
		return;
	}
	if (json_object_get(point, "way"))
		printf("%s, ", text_of(point, "way"));
	if (json_object_get(point, "link"))
		printf("link %lld, ", number_of(point, "link"));
	if (json_object_get(point, "priority"))
		printf("priority %lld, ", number_of(point, "priority"));
	if (json_object_get(point, "handle"))
		printf("handle %#llx, ", number_of(point, "handle"));
	if (json_object_get(point, "slot"))
		printf("slot %lld, ", number_of(point, "slot"));
	printf("program %lld '%s' tag %s", number_of(point, "program"), text_of(point, "name"),
	       text_of(point, "tag"));
}

static void print_stage(size_t number, const json_t *stage)
{
	const json_t *program = json_object_get(stage, "program"), *name;
	size_t i;

	printf("    %zu. %s", number, text_of(stage, "name"));
	if (json_object_get(stage, "source"))
		printf(" (%s)", text_of(stage, "source"));
	printf(", goes on after");
	json_array_foreach(json_object_get(stage, "continues"), i, name) if (json_is_string(name))
		printf("%s %s", i ? "," : "", json_string_value(name));
	else printf("%s %lld", i ? "," : "", json_integer_value(name));
	if (!i)
		printf(" nothing");
	putchar('\n');
	if (!program)
		return;
	printf("       ");
	print_program(program);
	putchar('\n');
}

static void print_hook(const json_t *hook)
{
	const json_t *dispatcher = json_object_get(hook, "dispatcher"), *one;
	size_t i;

	printf("  %s, %s: ", text_of(hook, "name"), text_of(hook, "mechanism"));
	if (dispatcher)
		print_program(dispatcher);
	else
		printf("each stage by itself");
	putchar('\n');
	json_array_foreach(json_object_get(hook, "stages"), i, one) print_stage(i + 1, one);
	json_array_foreach(json_object_get(hook, "others"), i, one)
	{
		printf("    not ours: %s, ", text_of(one, "where"));
		if (json_object_get(one, "link"))
			printf("link %lld, ", number_of(one, "link"));
		if (json_object_get(one, "program"))
			printf("program %lld ", number_of(one, "program"));
		printf("'%s'\n", text_of(one, "name"));
	}
}

static void print_paths(const char *indent, const char *title, const json_t *paths)
{
	const json_t *path;
	size_t i;

	json_array_foreach(paths, i, path)
		printf("%s%s: %s\n", indent, title, json_string_value(path));
}

static void print_instance(const json_t *instance)
{
	const char *why = text_of(instance, "why"), *state = text_of(instance, "state");
	const json_t *hook;
	size_t i;

	printf("%s", text_of(instance, "interface"));
	if (json_object_get(instance, "netns"))
		printf(" in network namespace %lld%s%s", number_of(instance, "netns"),
		       json_object_get(instance, "netns-name") ? " " : "",
		       text_of(instance, "netns-name"));
	printf(": %s%s%s\n", state, *why ? ", " : "", why);
	if (json_is_true(json_object_get(instance, "replace-cut-off")))
		puts("  a replace was cut off: 'clean' or 'replace' ends it");
	if (strcmp(state, "running") && strcmp(state, "elsewhere"))
		puts("  left by a run that was cut off: 'clean' or 'attach' removes it");
	json_array_foreach(json_object_get(instance, "hooks"), i, hook) print_hook(hook);
	print_paths("  ", "map", json_object_get(instance, "maps"));
}

int opn_command_status(struct opn_loader *loader)
{
	json_t *object = describe(loader), *one;
	size_t i;

	if (!object)
		return 1;
	if (loader->options.json) {
		json_dumpf(object, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		printf("%s %s\n", text_of(object, "pipeline"), text_of(object, "version"));
		json_array_foreach(json_object_get(object, "interfaces"), i, one)
			print_instance(one);
		if (!i)
			puts("not attached");
		print_paths("", "map", json_object_get(object, "maps"));
		print_paths("", "map", json_object_get(object, "pinned-by-name"));
	}
	json_decref(object);
	return fflush(stdout) ? 1 : 0;
}
