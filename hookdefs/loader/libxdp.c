// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * libxdp.c - programs that are components of libxdp's dispatcher
 *
 * The dispatcher has room for programs of other owners, before, between and behind ours: they are
 * ordered by priority. libxdp loads each component itself, as an extension of its dispatcher, so
 * each comes out of an object of its own, whose maps are those of the pipeline's object. It builds
 * another dispatcher with each change and swaps it in; what it has attached is found by its own
 * pins, and by ours of the programs.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#ifdef OPN_LIBXDP
#include <linux/if_link.h>
#include <xdp/libxdp.h>

struct component {
	struct bpf_object *object;
	struct xdp_program *program;
};

static int print(enum libxdp_print_level level, const char *format, va_list arguments)
{
	(void)level;
	return vfprintf(stderr, format, arguments);
}

static int print_nothing(enum libxdp_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static void set_print(const struct opn_loader *loader)
{
	libxdp_set_print(loader->options.verbose ? print : print_nothing);
}

static enum xdp_attach_mode mode_of(const struct opn_attach_way *way)
{
	return way->flags & XDP_FLAGS_SKB_MODE ? XDP_MODE_SKB : XDP_MODE_NATIVE;
}

/* The pipeline's object once more, with one program, and the maps of the one that is loaded. */
static int open_component(struct opn_instance *instance, const struct opn_point *point,
			  struct component *out)
{
	const struct opn_pipeline *pipeline = instance->loader->pipeline;
	LIBBPF_OPTS(bpf_object_open_opts, open, .object_name = pipeline->name);
	DECLARE_LIBXDP_OPTS(xdp_program_opts, opts, 0);
	struct bpf_program *program;
	struct bpf_map *map;

	out->object = bpf_object__open_mem(pipeline->object, pipeline->object_size, &open);
	if (!out->object)
		return -errno;
	bpf_object__for_each_program(program, out->object)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program),
							    point->stage->program));
	bpf_object__for_each_map(map, out->object)
	{
		const struct bpf_map *loaded =
			bpf_object__find_map_by_name(instance->object, bpf_map__name(map));
		int error = loaded ? bpf_map__reuse_fd(map, bpf_map__fd(loaded)) : -ENOENT;

		bpf_map__set_pin_path(map, NULL);
		if (error)
			return error;
	}
	opts.obj = out->object;
	opts.prog_name = point->stage->program;
	out->program = xdp_program__create(&opts);
	if (libxdp_get_error(out->program)) {
		int error = (int)libxdp_get_error(out->program);

		out->program = NULL;
		return error;
	}
	return 0;
}

static bool is_in(int value, const struct opn_stage *stage)
{
	for (size_t i = 0; i < stage->continue_count; i++)
		if (stage->continues[i] == value)
			return true;
	return false;
}

/* Its place in the order, and the verdicts after which the next component runs. */
static int configure(const struct opn_point *point, struct xdp_program *program)
{
	const struct opn_hook *hook = point->hook;
	int error = xdp_program__set_run_prio(program, point->way->type + point->index);

	for (size_t v = 0; v < hook->verdict_count && !error; v++)
		error = xdp_program__set_chain_call_enabled(
			program, hook->verdicts[v].value, is_in(hook->verdicts[v].value, point->stage));
	return error;
}

static int pin_all(struct opn_instance *instance, struct opn_point *points, size_t count,
		   struct component *components)
{
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		error = opn_program_pin(instance, &points[i],
					xdp_program__fd(components[i].program));
		points[i].attached = !error;
	}
	return error;
}

int opn_libxdp_attach(struct opn_instance *instance, struct opn_point *points, size_t count,
		      const struct opn_attach_way *way)
{
	struct component components[OPN_LISTED] = { { 0 } };
	struct xdp_program *programs[OPN_LISTED];
	int error = count > OPN_LISTED ? -E2BIG : 0;

	set_print(instance->loader);
	for (size_t i = 0; i < count && !error; i++) {
		points[i].way = way;
		points[i].kind = OPN_KIND_LIBXDP;
		error = opn_fault("attach", points[i].pin);
		error = error ? error : open_component(instance, &points[i], &components[i]);
		error = error ? error : configure(&points[i], components[i].program);
		programs[i] = components[i].program;
	}
	error = error ? error
		      : xdp_program__attach_multi(programs, count, instance->ifindex, mode_of(way),
						  0);
	if (!error) {
		error = pin_all(instance, points, count, components);
		if (error)
			xdp_program__detach_multi(programs, count, instance->ifindex, mode_of(way),
						  0);
	}
	for (size_t i = 0; i < count && i < OPN_LISTED; i++) {
		xdp_program__close(components[i].program);
		bpf_object__close(components[i].object);
	}
	return error;
}

/* The component that a point's pin is of, and the dispatcher that it is in. The caller closes both;
 * NULL: it is in none. */
static struct xdp_multiprog *find(const struct opn_instance *instance, const struct opn_point *point,
				  const char *prefix, struct xdp_program **out)
{
	int fd = opn_program_open(instance, prefix, point);
	__u32 id = opn_program_id(fd);
	struct xdp_multiprog *all;
	struct xdp_program *program = NULL;

	if (fd >= 0)
		close(fd);
	set_print(instance->loader);
	all = id ? xdp_multiprog__get_from_ifindex(instance->ifindex) : NULL;
	if (!all || libxdp_get_error(all))
		return NULL;
	if (!xdp_multiprog__is_legacy(all))
		while ((program = xdp_multiprog__next_prog(program, all)))
			if (xdp_program__id(program) == id)
				break;
	*out = program;
	if (program)
		return all;
	xdp_multiprog__close(all);
	return NULL;
}

size_t opn_libxdp_list(const struct opn_instance *instance, const struct opn_attach_way *way,
		       __u32 *programs, size_t most)
{
	struct xdp_multiprog *all;
	struct xdp_program *program = NULL;
	size_t count = 0;

	set_print(instance->loader);
	all = xdp_multiprog__get_from_ifindex(instance->ifindex);
	if (!all || libxdp_get_error(all))
		return 0;
	if (!xdp_multiprog__is_legacy(all) && xdp_multiprog__attach_mode(all) == mode_of(way))
		while (count < most && (program = xdp_multiprog__next_prog(program, all)))
			programs[count++] = xdp_program__id(program);
	xdp_multiprog__close(all);
	return count;
}

static int attach_component(struct opn_instance *instance, struct opn_point *point, int program)
{
	(void)instance;
	(void)point;
	(void)program;
	return -EOPNOTSUPP; /* all at once: opn_libxdp_attach() */
}

static int put_component(struct opn_instance *instance, struct opn_point *point, int program)
{
	(void)instance;
	(void)point;
	(void)program;
	return -EOPNOTSUPP;
}

static int detach_component(struct opn_instance *instance, struct opn_point *point)
{
	struct xdp_program *program;
	struct xdp_multiprog *all = find(instance, point, instance->prefix, &program);
	int error;

	if (!all)
		return -ENOENT;
	error = xdp_program__detach(program, instance->ifindex, xdp_multiprog__attach_mode(all), 0);
	xdp_multiprog__close(all);
	return error;
}

static int query_component(const struct opn_instance *instance, const struct opn_point *point,
			   const char *prefix, struct opn_attached *attached)
{
	struct xdp_program *program;
	struct xdp_multiprog *all = find(instance, point, prefix, &program);

	if (!all)
		return -ENOENT;
	attached->program = xdp_program__id(program);
	attached->ifindex = instance->ifindex;
	attached->priority = xdp_program__run_prio(program);
	for (size_t i = 0; point->hook && i < point->hook->way_count; i++)
		if (mode_of(&point->hook->ways[i]) == xdp_multiprog__attach_mode(all))
			attached->way = &point->hook->ways[i];
	xdp_multiprog__close(all);
	return 0;
}

static void explain_component(const struct opn_instance *instance, const struct opn_point *point,
			      int error)
{
	char text[128] = "";

	libxdp_strerror(error, text, sizeof(text));
	opn_note(instance->loader, "%s: %s", point->way ? point->way->name : "libxdp", text);
	if (error == -EPERM || error == -EACCES)
		opn_note(instance->loader, "programs of type EXT are not allowed here");
	if (error == -E2BIG || error == -ENOSPC)
		opn_note(instance->loader, "its dispatcher has 10 places");
	if (error == -EBUSY || error == -EEXIST)
		opn_note(instance->loader, "a program that is not libxdp's is attached there");
	if (error == -EINVAL)
		opn_note(instance->loader,
			 "libxdp before 1.5.5 cannot have programs that may change the packet on "
			 "Linux 6.12 and later; --verbose shows what the verifier says");
}

const struct opn_kind_ops opn_kind_libxdp = {
	attach_component, put_component, detach_component, query_component, explain_component,
};

#else

static int not_here(const struct opn_instance *instance)
{
	return opn_refuse(instance->loader, "this loader is built without libxdp");
}

int opn_libxdp_attach(struct opn_instance *instance, struct opn_point *points, size_t count,
		      const struct opn_attach_way *way)
{
	(void)points;
	(void)count;
	(void)way;
	return not_here(instance);
}

size_t opn_libxdp_list(const struct opn_instance *instance, const struct opn_attach_way *way,
		       __u32 *programs, size_t most)
{
	(void)instance;
	(void)way;
	(void)programs;
	(void)most;
	return 0;
}

static int change_nothing(struct opn_instance *instance, struct opn_point *point, int program)
{
	(void)point;
	(void)program;
	return not_here(instance);
}

static int detach_nothing(struct opn_instance *instance, struct opn_point *point)
{
	(void)point;
	return not_here(instance);
}

static int query_nothing(const struct opn_instance *instance, const struct opn_point *point,
			 const char *prefix, struct opn_attached *attached)
{
	(void)point;
	(void)prefix;
	(void)attached;
	return not_here(instance);
}

const struct opn_kind_ops opn_kind_libxdp = {
	change_nothing, change_nothing, detach_nothing, query_nothing, NULL,
};
#endif
