/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * load.c - one program of an object through the kernel's verifier
 *
 * User space prepares objects before it loads them: sizes of maps that it alone knows, pins. What
 * is done here is the least that lets the verifier see the program, and the same for every object:
 * maps without a size get one entry, no map is pinned, maps and programs that the function does
 * not need stay out.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "load.h"

#define LOG_SIZE (1 << 20)

/* A cgroup's storage came after the headers of Debian 12. */
#define MAP_TYPE_CGRP_STORAGE 32

/* libbpf has one print function for the process, so what it prints is caught per thread. */
static __thread char *caught;

static int catch_print(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text = NULL;

	if (level != LIBBPF_WARN || vasprintf(&text, format, args) < 0)
		return 0;
	free(caught);
	caught = text;
	return 0;
}

static bool is_listed(const char *const *list, const char *name)
{
	for (; list && *list; list++) {
		if (!strcmp(*list, name))
			return true;
	}
	return false;
}

/* These must have no size, or libbpf knows the right one. */
static bool takes_no_size(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE ||
	       type == BPF_MAP_TYPE_TASK_STORAGE || (int)type == MAP_TYPE_CGRP_STORAGE ||
	       type == BPF_MAP_TYPE_PERF_EVENT_ARRAY || type == BPF_MAP_TYPE_STRUCT_OPS;
}

static void prepare_maps(struct bpf_object *object, const struct opn_load_request *request)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		bpf_map__set_pin_path(map, NULL);
		if (!bpf_map__is_internal(map) && !is_listed(request->maps, bpf_map__name(map))) {
			bpf_map__set_autocreate(map, false);
			continue;
		}
		if (!bpf_map__max_entries(map) && !takes_no_size(bpf_map__type(map)))
			bpf_map__set_max_entries(map, 1);
	}
}

/* The verifier's own words: the last line of its log that is no statistics. */
static char *last_line(char *log)
{
	char *line, *next, *best = NULL;

	for (line = log; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (*line && strncmp(line, "processed ", 10) &&
		    strncmp(line, "verification time", 17) && strncmp(line, "stack depth", 11))
			best = line;
	}
	return best ? strdup(best) : NULL;
}

static char *reason(char *log, const char *printed)
{
	char *line = log ? last_line(log) : NULL;
	char *copy, *end;

	if (line || !printed)
		return line;
	if (!strncmp(printed, "libbpf: ", 8))
		printed += 8;
	copy = strdup(printed);
	if (!copy)
		return NULL;
	end = strchr(copy, '\n');
	if (end)
		*end = '\0';
	return copy;
}

static int try_load(const struct opn_load_request *request, int type, bool *unknown,
		    struct opn_load_result *result)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "opened");
	struct bpf_program *program, *wanted = NULL;
	struct bpf_object *object;
	char *log = NULL;
	int err = 0;

	*unknown = false;
	result->line = NULL;
	result->type = type;
	free(caught);
	caught = NULL;
	object = bpf_object__open_mem(request->object, request->size, &options);
	if (!object) {
		result->status = OPN_LOAD_REFUSED;
		result->error = -errno;
		result->line = reason(NULL, caught);
		goto out;
	}
	bpf_object__for_each_program(program, object)
	{
		const char *name = bpf_program__name(program);
		bool is_wanted = !strcmp(name, request->function);

		bpf_program__set_autoload(program, is_wanted || is_listed(request->programs, name));
		if (is_wanted)
			wanted = program;
	}
	if (!wanted) {
		result->status = OPN_LOAD_UNABLE;
		result->error = -ENOENT;
		result->line = strdup("it is no program");
		goto out;
	}
	*unknown = !bpf_program__type(wanted); /* none */
	if (*unknown && type)
		bpf_program__set_type(wanted, type);
	result->type = bpf_program__type(wanted);
	prepare_maps(object, request);
	log = calloc(1, LOG_SIZE);
	if (!log) {
		err = -ENOMEM;
		goto out;
	}
	bpf_program__set_log_buf(wanted, log, LOG_SIZE);
	bpf_program__set_log_level(wanted, 1);
	result->error = bpf_object__load(object);
	result->status = result->error ? OPN_LOAD_REFUSED : OPN_LOAD_ACCEPTED;
	/* The verifier says -EACCES or -EINVAL and has a log; -EPERM without one is the system's.
	 */
	if (result->error == -EPERM && !*log)
		result->status = OPN_LOAD_UNABLE;
	if (result->error)
		result->line = reason(log, caught);
out:
	bpf_object__close(object);
	free(log);
	free(caught);
	caught = NULL;
	return err;
}

int opn_load_program(const struct opn_load_request *request, struct opn_load_result *result)
{
	bool unknown;
	int type, err;

	libbpf_set_print(catch_print);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	err = try_load(request, request->type, &unknown, result);
	if (err || !unknown || request->type)
		return err;
	/* Which type a foreign section name means is user space's secret. The kernel knows a
	 * program by its context: the first type that it accepts will do to compare by. */
	for (type = 1; libbpf_bpf_prog_type_str(type); type++) {
		struct opn_load_result attempt = { 0 };

		err = try_load(request, type, &unknown, &attempt);
		if (err)
			return err;
		if (attempt.status == OPN_LOAD_ACCEPTED) {
			free(result->line);
			*result = attempt;
			return 0;
		}
		free(attempt.line);
	}
	return 0;
}
