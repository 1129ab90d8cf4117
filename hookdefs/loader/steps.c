// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * steps.c - attach and detach: steps, each with what undoes it
 *
 * Until its folder has its last name and "running" is set, an attach is not done; one that is cut
 * off there is found by that (instance.c), whatever cut it off.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

struct act {
	const struct opn_step *step;
	struct opn_instance *instance;
};

static int do_one(const struct opn_step *step, struct opn_instance *instance)
{
	int error = opn_fault(step->name, NULL);

	error = error ? error : step->act(instance);
	if (error)
		opn_note(instance->loader, "%s: step '%s' failed: what was done is undone",
			 instance->interface, step->name);
	return error;
}

/* Steps that prepare are done for one interface after the other: maps of the first are there then.
 * Each of the others is done for all interfaces before the next. */
static size_t plan(const struct opn_step *steps, size_t count, struct opn_instance *instances,
		   size_t instance_count, struct act *acts)
{
	size_t prepare = 0, length = 0;

	while (prepare < count && steps[prepare].prepares)
		prepare++;
	for (size_t i = 0; i < instance_count; i++)
		for (size_t s = 0; s < prepare; s++)
			acts[length++] = (struct act){ &steps[s], &instances[i] };
	for (size_t s = prepare; s < count; s++)
		for (size_t i = 0; i < instance_count; i++)
			acts[length++] = (struct act){ &steps[s], &instances[i] };
	return length;
}

int opn_steps_run(const struct opn_step *steps, size_t count, struct opn_instance *instances,
		  size_t instance_count)
{
	struct act *acts = calloc(count * instance_count + 1, sizeof(*acts));
	size_t length, done;
	int error = 0;

	if (!acts)
		return -ENOMEM;
	length = plan(steps, count, instances, instance_count, acts);
	for (done = 0; done < length && !error; done++)
		error = do_one(acts[done].step, acts[done].instance);
	/* The step that failed may be half done. */
	while (error && done-- > 0)
		if (acts[done].step->undo)
			acts[done].step->undo(acts[done].instance);
	free(acts);
	return error;
}

static int make_folders(struct opn_instance *instance)
{
	char maps[OPN_PATH_SIZE], folder[OPN_PATH_SIZE], own[OPN_PATH_SIZE];
	const char *const all[] = { instance->loader->folder, maps, folder, own };
	int error = opn_path(maps, "%s/maps", instance->loader->folder);

	error = error ? error : opn_instance_path(instance, instance->prefix, "", folder);
	error = error ? error : opn_instance_path(instance, instance->prefix, "maps", own);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && !error; i++)
		error = opn_folder_make(all[i]);
	return error ? opn_fail(instance->loader, error, "cannot make folders in %s", OPN_BPF_ROOT)
		     : 0;
}

static void remove_folders(struct opn_instance *instance)
{
	char path[OPN_PATH_SIZE];

	if (!opn_instance_path(instance, instance->prefix, "", path))
		opn_folder_remove(path);
	opn_folder_collect(instance->loader);
}

static int attach_hooks(struct opn_instance *instance)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;

	for (size_t i = 0; i < pipeline->hook_count; i++) {
		int error = opn_hook_attach(instance, &pipeline->hooks[i]);

		if (error)
			return error;
	}
	return 0;
}

static int move(struct opn_instance *instance, const char *from, const char *to)
{
	char old[OPN_PATH_SIZE], new[OPN_PATH_SIZE];
	int error = opn_instance_path(instance, from, "", old);

	error = error ? error : opn_instance_path(instance, to, "", new);
	if (!error && rename(old, new))
		error = -errno;
	if (!error)
		instance->prefix = to;
	return error;
}

static int commit(struct opn_instance *instance)
{
	int error = move(instance, "attach:", "");

	return error ? opn_fail(instance->loader, error, "cannot rename the folder of %s",
				instance->interface)
		     : 0;
}

static void uncommit(struct opn_instance *instance)
{
	move(instance, "", "attach:");
}

static int set_running(struct opn_instance *instance, __u32 value)
{
	const char *running = instance->loader->pipeline->running;
	int map, error;

	if (!running)
		return 0;
	map = opn_instance_map(instance, instance->prefix, running);
	error = map < 0 ? map : opn_object_running(map, true, &value);
	if (map >= 0)
		close(map);
	return error ? opn_fail(instance->loader, error, "cannot write map '%s'", running) : 0;
}

static int run(struct opn_instance *instance)
{
	return set_running(instance, 1);
}

static void stop(struct opn_instance *instance)
{
	set_running(instance, 0);
}

static const struct opn_step attach_steps[] = {
	{ "open", opn_object_open, opn_object_close, true },
	{ "take-over", opn_object_take_over, NULL, true },
	{ "load", opn_object_load, NULL, true },
	{ "folder", make_folders, remove_folders, true },
	{ "pin-maps", opn_object_pin_maps, opn_object_unpin_maps, true },
	{ "slots", opn_slots_fill, NULL, true },
	{ "attach", attach_hooks, opn_hooks_detach, false },
	{ "commit", commit, uncommit, false },
	{ "run", run, stop, false },
};

/* What an interrupted attach left goes; a pipeline that runs there is no reason to start another.
 */
static int make_room(struct opn_instance *instance)
{
	struct opn_loader *loader = instance->loader;
	char why[128];
	enum opn_state state;

	if (!instance->ifindex)
		return opn_refuse(loader, "no interface '%s'%s", instance->interface,
				  loader->options.netns ? " in that network namespace" : "");
	state = opn_instance_state(instance, why, sizeof(why));
	if (state == OPN_STATE_RUNNING) {
		opn_refuse(loader, "it is attached to %s already", instance->interface);
		opn_note(loader, "'replace' puts this version in its place");
		return -EEXIST;
	}
	if (state != OPN_STATE_ABSENT) {
		opn_note(loader, "%s: what an earlier run left (%s%s%s) is removed first",
			 instance->interface, opn_state_words(state), *why ? ": " : "", why);
		if (opn_instance_remove(instance))
			return -EBUSY;
	}
	instance->prefix = "attach:";
	return opn_points_make(instance);
}

static int attach(struct opn_loader *loader, struct opn_instance *instances, size_t count)
{
	int error = opn_host_lock(loader);

	for (size_t i = 0; i < count && !error; i++)
		error = make_room(&instances[i]);
	if (!error)
		error = opn_steps_run(attach_steps, sizeof(attach_steps) / sizeof(*attach_steps),
				      instances, count);
	for (size_t i = 0; i < count; i++)
		opn_instance_fini(&instances[i]);
	opn_host_unlock(loader);
	return error;
}

/* SIGINT and SIGTERM are blocked (main.c). */
static void wait_for_end(void)
{
	sigset_t signals;
	int which;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigwait(&signals, &which);
}

static int for_interfaces(struct opn_loader *loader, struct opn_instance **instances, size_t *count)
{
	const struct opn_options *options = &loader->options;

	*count = options->interface_count;
	*instances = calloc(*count + 1, sizeof(**instances));
	if (!*instances)
		return -ENOMEM;
	for (size_t i = 0; i < *count; i++) {
		int error = opn_instance_init(loader, options->interfaces[i], &(*instances)[i]);

		if (error)
			return opn_refuse(loader, "no interface '%s'", options->interfaces[i]);
	}
	return 0;
}

int opn_command_attach(struct opn_loader *loader)
{
	struct opn_instance *instances = NULL;
	size_t count = 0;
	int error = for_interfaces(loader, &instances, &count);

	error = error ? error : attach(loader, instances, count);
	if (!error && loader->options.foreground) {
		opn_note(loader, "attached; SIGINT or SIGTERM detaches");
		wait_for_end();
		error = opn_command_detach(loader);
	}
	free(instances);
	return error ? 1 : 0;
}

static int detach(struct opn_instance *instance, bool named)
{
	char why[128];
	enum opn_state state = opn_instance_state(instance, why, sizeof(why));

	if (state == OPN_STATE_ABSENT && named)
		return opn_refuse(instance->loader, "it is not attached to %s",
				  instance->interface);
	opn_replace_settle(instance);
	return opn_instance_remove(instance);
}

int opn_command_detach(struct opn_loader *loader)
{
	bool named = loader->options.interface_count;
	struct opn_instance *instances = NULL;
	size_t count = 0;
	int error = opn_host_lock(loader), result = error;

	if (!error)
		result = named ? for_interfaces(loader, &instances, &count)
			       : opn_instances_find(loader, false, &instances, &count);
	for (size_t i = 0; i < count && !error; i++)
		if (detach(&instances[i], named))
			result = -EIO;
	if (!named && !count && !result)
		opn_note(loader, "it is not attached to any interface here");
	opn_instances_free(instances, count);
	opn_host_unlock(loader);
	return result ? 1 : 0;
}
