// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * check.c - load, verify and run each program once, without attaching
 *
 * Maps are new ones, and nothing is pinned: what runs is not touched, and nothing stays.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "internal.h"

/* Ethernet, IPv4, UDP, 18 bytes: the shortest frame. */
static const unsigned char frame[60] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00,
	0x45, 0x00, 0x00, 0x2e, 0x00, 0x00, 0x00, 0x00, 0x40, 0x11, 0xf6, 0xba, 0xc0, 0x00,
	0x02, 0x01, 0xc0, 0x00, 0x02, 0x02, 0x00, 0x09, 0x00, 0x09, 0x00, 0x1a, 0x00, 0x00,
};

static const char *verdict_name(const struct opn_hook *hook, int value)
{
	for (size_t i = 0; i < hook->verdict_count; i++)
		if (hook->verdicts[i].value == value && hook->verdicts[i].name)
			return hook->verdicts[i].name;
	return "no verdict of this hook";
}

static int run_once(struct opn_instance *instance, const struct opn_point *point)
{
	struct bpf_program *program = opn_object_program(instance, point);
	unsigned char out[1024];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .data_out = out, .data_size_out = sizeof(out), .repeat = 1);

	if (!program)
		return opn_refuse(instance->loader, "the object has no program for %s", point->pin);
	if (!bpf_prog_test_run_opts(bpf_program__fd(program), &opts)) {
		printf("%s: '%s' loads; a UDP packet: %s (%d)\n", point->pin,
		       bpf_program__name(program), verdict_name(point->hook, (int)opts.retval),
		       (int)opts.retval);
		return 0;
	}
	if (errno != 524 && errno != EOPNOTSUPP)
		return opn_fail(instance->loader, -errno, "cannot run '%s'",
				bpf_program__name(program));
	printf("%s: '%s' loads; the kernel cannot run it without attaching it\n", point->pin,
	       bpf_program__name(program));
	return 0;
}

static int set_up(struct opn_instance *instance)
{
	const char *running = instance->loader->pipeline->running;
	struct bpf_map *map = NULL;
	__u32 yes = 1;
	int error = 0;

	if (running)
		map = bpf_object__find_map_by_name(instance->object, running);
	if (running && !map)
		return opn_refuse(instance->loader, "the object has no map '%s'", running);
	if (map)
		error = opn_object_running(bpf_map__fd(map), true, &yes);
	for (size_t i = 0; i < instance->point_count && !error; i++) {
		struct bpf_program *program = opn_object_program(instance, &instance->points[i]);

		if (instance->points[i].kind == OPN_KIND_SLOT && program)
			error = opn_kind_slot.attach(instance, &instance->points[i],
						     bpf_program__fd(program));
	}
	return error;
}

int opn_command_check(struct opn_loader *loader)
{
	struct opn_instance instance = { .loader = loader, .prefix = "" };
	int error = opn_object_open(&instance);

	error = error ? error : opn_object_load(&instance);
	error = error ? error : opn_points_make(&instance);
	error = error ? error : set_up(&instance);
	for (size_t i = 0; i < instance.point_count && !error; i++)
		error = run_once(&instance, &instance.points[i]);
	opn_instance_fini(&instance);
	return error ? 1 : 0;
}
