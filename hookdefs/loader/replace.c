// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * replace.c - another version in place of the one that runs
 *
 * Everything new is loaded, and pinned in the folder "replace:<interface>", before the first
 * program is changed; then every link, filter or slot is overwritten. What of both folders is in
 * use is asked of the kernel at the end, so that a replace that fails, is undone or is cut off ends
 * in the same function as one that is done.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "internal.h"

#define REPLACE "replace:"

/* Until no processor runs a program that was replaced: it may look for maps that go now. */
static void wait_for_readers(void)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };

	/* kernel/sched/membarrier.c: synchronize_rcu(), but not with nohz_full. */
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		nanosleep(&pause, NULL);
}

/* settle: program pins, then slots, then their programs, then maps of all programs */

static bool uses_map(int program, __u32 id)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info), ids[256] = { 0 };
	bool found = false;

	info.map_ids = (unsigned long)ids;
	info.nr_map_ids = sizeof(ids) / sizeof(*ids);
	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size))
		return false;
	for (__u32 i = 0; i < info.nr_map_ids && i < sizeof(ids) / sizeof(*ids); i++)
		found = found || ids[i] == id;
	return found;
}

static __u32 map_id(int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	return fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

/* To the instance's folder, or away. */
static void place(const struct opn_instance *instance, const char *rest, bool is_used)
{
	char from[OPN_PATH_SIZE], to[OPN_PATH_SIZE];

	if (opn_instance_path(instance, REPLACE, rest, from) ||
	    opn_instance_path(instance, "", rest, to) || !opn_exists(from))
		return;
	if (!is_used || rename(from, to))
		unlink(from);
}

static void settle_program(const struct opn_instance *instance, const struct opn_point *point)
{
	int fd = opn_program_open(instance, REPLACE, point);
	struct opn_attached now;
	char rest[OPN_NAME_SIZE + 16];

	if (fd < 0)
		return;
	snprintf(rest, sizeof(rest), "%s:program", point->pin);
	place(instance, rest,
	      !opn_point_query(instance, point, "", &now) && now.program == opn_program_id(fd));
	close(fd);
}

static bool is_map_used(const struct opn_instance *instance, const char *name)
{
	char rest[OPN_NAME_SIZE + 8];
	bool used = false;
	__u32 id;
	int map;

	snprintf(rest, sizeof(rest), "maps/%s", name);
	map = opn_pin_open(instance, REPLACE, rest);
	id = map_id(map);
	if (map >= 0)
		close(map);
	for (size_t i = 0; i < instance->point_count && !used; i++) {
		int program = opn_program_open(instance, "", &instance->points[i]);

		used = uses_map(program, id);
		if (program >= 0)
			close(program);
	}
	return used;
}

static void settle_map(const struct opn_instance *instance, const char *name)
{
	char rest[OPN_NAME_SIZE + 8];

	snprintf(rest, sizeof(rest), "maps/%s", name);
	place(instance, rest, is_map_used(instance, name));
}

/* Pins of stages' programs that the pipeline no longer has. */
static void drop_stale(struct opn_instance *instance)
{
	size_t known = instance->point_count;

	opn_points_add_unknown(instance);
	for (size_t i = known; i < instance->point_count; i++) {
		const struct opn_point *point = &instance->points[i];
		struct opn_attached now;
		char path[OPN_PATH_SIZE], rest[OPN_NAME_SIZE + 16];

		snprintf(rest, sizeof(rest), "%s:program", point->pin);
		if (!opn_point_query(instance, point, "", &now) && !now.program &&
		    !opn_instance_path(instance, "", rest, path))
			unlink(path);
	}
	instance->point_count = known;
}

void opn_replace_settle(struct opn_instance *instance)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;
	char path[OPN_PATH_SIZE], own[OPN_PATH_SIZE], name[OPN_NAME_SIZE], **names;

	if (opn_instance_path(instance, REPLACE, "", path) || !opn_exists(path) ||
	    opn_instance_path(instance, REPLACE, "maps", own))
		return;
	for (size_t i = 0; i < instance->point_count; i++)
		if (instance->points[i].kind != OPN_KIND_SLOT)
			settle_program(instance, &instance->points[i]);
	for (size_t i = 0; i < pipeline->hook_count; i++) {
		if (!pipeline->hooks[i].slots)
			continue;
		opn_map_pin_name(pipeline->hooks[i].slots, name);
		settle_map(instance, name);
	}
	for (size_t i = 0; i < instance->point_count; i++)
		if (instance->points[i].kind == OPN_KIND_SLOT)
			settle_program(instance, &instance->points[i]);
	names = opn_names(own);
	for (size_t i = 0; names && names[i]; i++)
		settle_map(instance, names[i]);
	opn_names_free(names);
	opn_folder_remove(path);
	drop_stale(instance);
}

/* steps */

static bool is_switched(const struct opn_instance *instance, const struct opn_point *point)
{
	return instance->only ? point == instance->only : point->kind != OPN_KIND_SLOT;
}

static int make_folders(struct opn_instance *instance)
{
	char folder[OPN_PATH_SIZE], maps[OPN_PATH_SIZE];
	int error = opn_instance_path(instance, REPLACE, "", folder);

	error = error ? error : opn_instance_path(instance, REPLACE, "maps", maps);
	error = error ? error : opn_folder_make(folder);
	error = error ? error : opn_folder_make(maps);
	return error ? opn_fail(instance->loader, error, "cannot make folders in %s", OPN_BPF_ROOT)
		     : 0;
}

/* Slots and counters go by number: what runs, and the object, must have the stages as we do. */
static int fit_order(struct opn_instance *instance, const struct bpf_program *program)
{
	const struct opn_point *point = instance->only, *runs = point;
	const struct btf *theirs = bpf_object__btf(instance->object);
	struct btf *ours;
	int fd, error = 0;

	if (strcmp(bpf_program__name(program), point->stage->program))
		return opn_refuse(instance->loader,
				  "program '%s' of %s is not that of stage '%s': '%s' is",
				  bpf_program__name(program), instance->source, point->stage->name,
				  point->stage->program);
	if (!theirs || opn_order_same(theirs, point->hook) <= 0) {
		error = opn_refuse(instance->loader, "%s has other stages, or in another order",
				   instance->source);
		opn_note(instance->loader,
			 "compose it with the stages of this pipeline, or 'replace' the pipeline");
		return error;
	}
	/* The dispatcher is never replaced by itself. */
	for (size_t i = 0; i < instance->point_count; i++)
		if (instance->points[i].hook == point->hook && !instance->points[i].stage)
			runs = &instance->points[i];
	fd = opn_program_open(instance, "", runs);
	ours = opn_program_types(fd);
	if (!ours)
		error = opn_fail(instance->loader, -errno, "cannot read which stages run on %s",
				 instance->interface);
	else if (opn_order_same(ours, point->hook) <= 0)
		error = opn_refuse(instance->loader,
				   "what runs on %s has other stages, or in another order, than "
				   "this version",
				   instance->interface);
	btf__free(ours);
	if (fd >= 0)
		close(fd);
	return error;
}

/*
 * What is to be one stage must do a stage's part: use those of the pipeline's own maps, slots and
 * counters, that the program there uses. Anything else would end the pipeline there, uncounted.
 */
static int fit_maps(struct opn_instance *instance, const struct bpf_program *program)
{
	const struct opn_point *point = instance->only;
	const char *const own[] = { point->hook->slots, point->hook->counters };
	static const char *const without[] = { "goes on to no other stage", "counts nothing" };
	int running = opn_program_open(instance, "", point), error = 0;

	for (size_t i = 0; i < sizeof(own) / sizeof(*own) && !error; i++) {
		int map = own[i] ? opn_instance_map(instance, "", own[i]) : -ENOENT;
		__u32 id = map_id(map);

		if (id && uses_map(running, id) && !uses_map(bpf_program__fd(program), id)) {
			error = opn_refuse(instance->loader,
					   "program '%s' of %s is no stage of this pipeline: it %s",
					   bpf_program__name(program), instance->source,
					   without[i]);
			opn_note(instance->loader,
				 "compose the pipeline anew with the stage's new source, build it, "
				 "and give its object: --stage=%s=%s.bpf.o",
				 point->stage->name, instance->loader->pipeline->name);
		}
		if (map >= 0)
			close(map);
	}
	if (running >= 0)
		close(running);
	return error;
}

static int fit_stage(struct opn_instance *instance)
{
	const struct opn_point *point = instance->only;
	struct bpf_program *program = point ? opn_object_program(instance, point) : NULL;
	const struct btf *types = program ? bpf_object__btf(instance->object) : NULL;
	int error = 0;

	if (!program)
		return 0;
	/* Of an object that knows no stages of this hook, what it lacks says more. */
	if (!types || opn_order_same(types, point->hook) == -ENOENT)
		error = fit_maps(instance, program);
	if (!error && (point->hook->slots || point->hook->counters))
		error = fit_order(instance, program);
	return error ? error : fit_maps(instance, program);
}

static int fill_slots(struct opn_instance *instance)
{
	return instance->only ? 0 : opn_slots_fill(instance);
}

static int pin_programs(struct opn_instance *instance)
{
	for (size_t i = 0; i < instance->point_count; i++) {
		const struct opn_point *point = &instance->points[i];
		struct bpf_program *program;
		int error;

		if (!is_switched(instance, point))
			continue;
		program = opn_object_program(instance, point);
		error = opn_fault("pin-program", point->pin);
		if (!error)
			error = program ? opn_program_pin(instance, point, bpf_program__fd(program))
					: -ENOENT;
		if (error)
			return opn_fail(instance->loader, error, "cannot pin the program of %s",
					point->pin);
	}
	return 0;
}

/* New programs of several hooks pass all packets, too, until this is set. */
static int start(struct opn_instance *instance)
{
	const char *running = instance->loader->pipeline->running;
	__u32 yes = 1;
	int map, error;

	if (!running || instance->source)
		return 0;
	map = opn_instance_map(instance, REPLACE, running);
	if (map == -ENOENT)
		return 0;
	error = map < 0 ? map : opn_object_running(map, true, &yes);
	if (map >= 0)
		close(map);
	return error ? opn_fail(instance->loader, error, "cannot write map '%s'", running) : 0;
}

static void switch_back(struct opn_instance *instance)
{
	for (size_t i = instance->point_count; i-- > 0;) {
		struct opn_point *point = &instance->points[i];

		if (point->previous < 0)
			continue;
		if (opn_point_put(instance, point, point->previous))
			opn_refuse(instance->loader, "%s of %s keeps its new program", point->pin,
				   instance->interface);
		close(point->previous);
		point->previous = -1;
	}
	wait_for_readers();
}

static int switch_one(struct opn_instance *instance, struct opn_point *point)
{
	int program = opn_program_open(instance, REPLACE, point);
	int previous = opn_program_open(instance, "", point);
	int error = program < 0	   ? program
		    : previous < 0 ? previous
				   : opn_fault("switch", point->pin);

	error = error ? error : opn_point_put(instance, point, program);
	if (program >= 0)
		close(program);
	if (!error)
		point->previous = previous;
	else if (previous >= 0)
		close(previous);
	return error ? opn_fail(instance->loader, error, "cannot replace %s of %s", point->pin,
				instance->interface)
		     : 0;
}

static int switch_all(struct opn_instance *instance)
{
	for (size_t i = 0; i < instance->point_count; i++) {
		int error = 0;

		if (is_switched(instance, &instance->points[i]))
			error = switch_one(instance, &instance->points[i]);
		if (error)
			return error;
	}
	return 0;
}

static const struct opn_step replace_steps[] = {
	{ "open", opn_object_open, opn_object_close, true },
	{ "take-over", opn_object_take_over, NULL, true },
	{ "load", opn_object_load, NULL, true },
	{ "fit", fit_stage, NULL, true },
	{ "folder", make_folders, opn_replace_settle, true },
	{ "pin-maps", opn_object_pin_maps, opn_object_unpin_maps, true },
	{ "slots", fill_slots, NULL, true },
	{ "pin-programs", pin_programs, NULL, true },
	{ "start", start, NULL, true },
	{ "switch", switch_all, switch_back, false },
};

/* --stage */

struct choice {
	char stage[OPN_NAME_SIZE];
	char object[OPN_PATH_SIZE];
	char program[OPN_NAME_SIZE];
};

static int read_choice(const struct opn_loader *loader, struct choice *choice)
{
	const char *text = loader->options.stage, *equals = strchr(text, '=');
	char *colon;

	if (!equals || equals == text || !equals[1] ||
	    (size_t)(equals - text) >= sizeof(choice->stage) ||
	    strlen(equals + 1) >= sizeof(choice->object))
		return opn_refuse(loader, "--stage: '%s' is not NAME=OBJ[:PROGRAM]", text);
	snprintf(choice->stage, sizeof(choice->stage), "%.*s", (int)(equals - text), text);
	snprintf(choice->object, sizeof(choice->object), "%s", equals + 1);
	colon = strrchr(choice->object, ':');
	if (!opn_exists(choice->object) && colon) {
		*colon = '\0';
		snprintf(choice->program, sizeof(choice->program), "%s", colon + 1);
	}
	return 0;
}

/* The program that is named, the only one, or the one of the stage's name. */
static int choose_program(const struct opn_loader *loader, const struct opn_stage *stage,
			  struct choice *choice)
{
	struct bpf_object *object = bpf_object__open_file(choice->object, NULL);
	struct bpf_program *program, *only = NULL;
	size_t count = 0;
	int error = 0;

	if (!object)
		return opn_fail(loader, -errno, "cannot read the object %s", choice->object);
	bpf_object__for_each_program(program, object)
	{
		only = program;
		count++;
	}
	if (*choice->program)
		only = bpf_object__find_program_by_name(object, choice->program);
	else if (count > 1)
		only = stage->program ? bpf_object__find_program_by_name(object, stage->program)
				      : NULL;
	if (only)
		snprintf(choice->program, sizeof(choice->program), "%s", bpf_program__name(only));
	else
		error = opn_refuse(loader,
				   *choice->program ? "%s has no program '%s'"
						    : "%s: which program?%s",
				   choice->object, choice->program);
	if (!only)
		bpf_object__for_each_program(program, object)
			opn_note(loader, "it has '%s'", bpf_program__name(program));
	bpf_object__close(object);
	return error;
}

static const struct opn_stage *find_stage(const struct opn_loader *loader, const char *name,
					  const struct opn_hook **hook)
{
	const struct opn_pipeline *pipeline = loader->pipeline;

	for (size_t i = 0; i < pipeline->hook_count; i++)
		for (size_t j = 0; j < pipeline->hooks[i].stage_count; j++)
			if (!strcmp(pipeline->hooks[i].stages[j].name, name)) {
				*hook = &pipeline->hooks[i];
				return &(*hook)->stages[j];
			}
	return NULL;
}

static int read_stage(const struct opn_loader *loader, struct choice *choice,
		      const struct opn_stage **stage)
{
	const struct opn_hook *hook;
	int error = read_choice(loader, choice);

	if (error)
		return error;
	*stage = find_stage(loader, choice->stage, &hook);
	if (!*stage)
		return opn_refuse(loader, "no stage '%s' in this pipeline", choice->stage);
	if (hook->program && !hook->slots) {
		opn_refuse(loader,
			   "stage '%s' is a part of program '%s' and cannot be replaced by itself",
			   choice->stage, hook->program);
		opn_note(loader, "change its source (%s), build, and 'replace' the pipeline",
			 (*stage)->source);
		return -EPERM;
	}
	return choose_program(loader, *stage, choice);
}

static int aim(struct opn_instance *instance, const struct opn_stage *stage,
	       const struct choice *choice)
{
	char why[128];
	enum opn_state state = opn_instance_state(instance, why, sizeof(why));
	size_t known;

	if (state != OPN_STATE_RUNNING) {
		opn_refuse(instance->loader, "on %s it is %s%s%s: there is nothing to replace",
			   instance->interface, opn_state_words(state), *why ? ": " : "", why);
		opn_note(instance->loader, "'clean', then 'attach'");
		return -EPERM;
	}
	for (size_t i = 0; i < instance->point_count; i++)
		if (instance->points[i].kind == OPN_KIND_LIBXDP)
			return opn_refuse(instance->loader,
					  "%s of %s: libxdp cannot replace a component: 'detach' "
					  "and 'attach'",
					  instance->points[i].pin, instance->interface);
	opn_replace_settle(instance);
	known = instance->point_count;
	opn_points_add_unknown(instance);
	if (instance->point_count != known)
		return opn_refuse(instance->loader,
				  "%s of %s is not in this version: 'detach' and 'attach'",
				  instance->points[known].pin, instance->interface);
	instance->prefix = REPLACE;
	for (size_t i = 0; i < instance->point_count; i++)
		if (stage && instance->points[i].stage == stage)
			instance->only = &instance->points[i];
	if (stage) {
		instance->source = choice->object;
		instance->program = choice->program;
	}
	return 0;
}

static int replace(struct opn_loader *loader, struct opn_instance *instances, size_t count,
		   const struct opn_stage *stage, const struct choice *choice)
{
	int error = 0;

	if (!count)
		return opn_refuse(loader, "it is not attached to any interface here");
	for (size_t i = 0; i < count && !error; i++)
		error = aim(&instances[i], stage, choice);
	if (!error)
		error = opn_steps_run(replace_steps, sizeof(replace_steps) / sizeof(*replace_steps),
				      instances, count);
	if (error)
		return error;
	/* The new version runs: what is left to do has no way back, and needs none. */
	wait_for_readers();
	for (size_t i = 0; i < count; i++) {
		opn_fault("settle", NULL);
		opn_replace_settle(&instances[i]);
	}
	return 0;
}

int opn_command_replace(struct opn_loader *loader)
{
	struct opn_instance *instances = NULL;
	const struct opn_stage *stage = NULL;
	struct choice choice = { 0 };
	size_t count = 0;
	int error = 0;

	if (loader->options.stage)
		error = read_stage(loader, &choice, &stage);
	error = error ? error : opn_host_lock(loader);
	error = error ? error : opn_instances_find(loader, false, &instances, &count);
	error = error ? error : replace(loader, instances, count, stage, &choice);
	opn_instances_free(instances, count);
	opn_host_unlock(loader);
	return error ? 1 : 0;
}
