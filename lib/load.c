/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * load.c - one program of an object through the kernel's verifier
 *
 * User space prepares objects before it loads them: sizes of maps that it alone knows, pins. What
 * is done here is the least that lets the verifier see the program, and the same for every object:
 * maps without a size get one entry, no map is pinned, maps and programs that the function does
 * not need stay out.
 *
 * It is done in a forked child: libbpf has one print function for the process and prints its
 * reasons nowhere else, so the child's stderr is a file of its own; and an object that libbpf
 * stumbles over takes nobody down.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "load.h"
#include "verifier_log.h"

#define LOG_SIZE (1 << 20)

/* A cgroup's storage came after the headers of Debian 12. */
#define MAP_TYPE_CGRP_STORAGE 32

/* What the child tells; fits a pipe's atomic write. */
struct reply {
	enum opn_load_status status;
	int error, type;
	char line[1024];
};

static int print_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_WARN ? vdprintf(STDERR_FILENO, format, args) : 0;
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

void opn_load_prepare_map(struct bpf_map *map)
{
	enum bpf_map_type type = bpf_map__type(map);
	bool is_ring = type == BPF_MAP_TYPE_RINGBUF || type == BPF_MAP_TYPE_USER_RINGBUF;

	bpf_map__set_pin_path(map, NULL);
	if (!bpf_map__max_entries(map) && !takes_no_size(type))
		bpf_map__set_max_entries(map, is_ring ? (uint32_t)sysconf(_SC_PAGESIZE) : 1);
}

static void prepare_maps(struct bpf_object *object, const struct opn_load_request *request)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		opn_load_prepare_map(map);
		if (!bpf_map__is_internal(map) && !is_listed(request->maps, bpf_map__name(map)))
			bpf_map__set_autocreate(map, false);
	}
}

/* The first thing that libbpf warned of; the rest follows from it. */
static void first_warning(char *out, size_t size)
{
	char *from = out;
	ssize_t count = pread(STDERR_FILENO, out, size - 1, 0);

	out[count > 0 ? count : 0] = '\0';
	if (!strncmp(out, "libbpf: ", 8))
		from += 8;
	memmove(out, from, strlen(from) + 1);
	out[strcspn(out, "\n")] = '\0';
}

static void give_reason(struct reply *reply, char *log)
{
	const char *line = log && *log ? opn_verifier_log_reason(log).line : NULL;

	if (line)
		snprintf(reply->line, sizeof(reply->line), "%s", line);
	else
		first_warning(reply->line, sizeof(reply->line));
}

static void try_load(const struct opn_load_request *request, int type, bool *unknown,
		     struct reply *reply)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "opened");
	struct bpf_program *program, *wanted = NULL;
	struct bpf_object *object;
	char *log = NULL;

	*unknown = false;
	memset(reply, 0, sizeof(*reply));
	object = bpf_object__open_mem(request->object, request->size, &options);
	if (!object) {
		reply->status = OPN_LOAD_REFUSED;
		reply->error = -errno;
		give_reason(reply, NULL);
		return;
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
		reply->status = OPN_LOAD_UNABLE;
		reply->error = -ENOENT;
		snprintf(reply->line, sizeof(reply->line), "it is no program");
		goto out;
	}
	*unknown = !bpf_program__type(wanted); /* none */
	if (*unknown && type)
		bpf_program__set_type(wanted, type);
	reply->type = bpf_program__type(wanted);
	prepare_maps(object, request);
	log = calloc(1, LOG_SIZE);
	if (log) {
		bpf_program__set_log_buf(wanted, log, LOG_SIZE);
		bpf_program__set_log_level(wanted, 1);
	}
	reply->error = bpf_object__load(object);
	reply->status = reply->error ? OPN_LOAD_REFUSED : OPN_LOAD_ACCEPTED;
	/* The verifier says -EACCES or -EINVAL and has a log; -EPERM without one is the system's.
	 */
	if (reply->error == -EPERM && !(log && *log))
		reply->status = OPN_LOAD_UNABLE;
	if (reply->error)
		give_reason(reply, log);
out:
	bpf_object__close(object);
	free(log);
}

static void try_types(const struct opn_load_request *request, struct reply *reply)
{
	bool unknown;
	int type;

	try_load(request, request->type, &unknown, reply);
	if (!unknown || request->type)
		return;
	/* Which type a foreign section name means is user space's secret. The kernel knows a
	 * program by its context: the first type that it accepts will do to compare by. */
	for (type = 1; libbpf_bpf_prog_type_str(type); type++) {
		struct reply attempt;

		try_load(request, type, &unknown, &attempt);
		if (attempt.status == OPN_LOAD_ACCEPTED) {
			*reply = attempt;
			return;
		}
	}
}

/* The child ends by a signal, so that it runs no exit handler of its parent. */
static void run_child(const struct opn_load_request *request, int out, int printed)
{
	struct reply reply;

	dup2(printed, STDERR_FILENO);
	libbpf_set_print(print_warning);
	try_types(request, &reply);
	if (write(out, &reply, sizeof(reply)) < 0)
		close(out);
	for (;;)
		kill(getpid(), SIGKILL);
}

static int receive(int in, struct opn_load_result *result)
{
	struct reply reply;
	ssize_t count;

	do {
		count = read(in, &reply, sizeof(reply));
	} while (count < 0 && errno == EINTR);
	if (count != sizeof(reply))
		return -EIO;
	result->status = reply.status;
	result->error = reply.error;
	result->type = reply.type;
	result->line = reply.line[0] ? strdup(reply.line) : NULL;
	return 0;
}

int opn_load_program(const struct opn_load_request *request, struct opn_load_result *result)
{
	int ends[2], printed, err;
	pid_t child;

	memset(result, 0, sizeof(*result));
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	printed = memfd_create("opened-load", MFD_CLOEXEC);
	if (printed < 0) {
		err = -errno;
		goto out_pipe;
	}
	child = fork();
	if (child < 0) {
		err = -errno;
		goto out;
	}
	if (!child)
		run_child(request, ends[1], printed);
	close(ends[1]);
	ends[1] = -1;
	err = receive(ends[0], result);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
out:
	close(printed);
out_pipe:
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
	return err;
}
