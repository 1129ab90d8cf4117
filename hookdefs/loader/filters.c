// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * filters.c - programs that are attached as filters of cls_bpf
 *
 * bpf_tc_query() answers for one known handle only; what else hangs there, and what a loader left
 * that was killed, needs the list (net/sched/cls_api.c: tc_dump_tfilter()).
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

#define ANSWER_SIZE 65536

#define INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define EGRESS	TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)

#define CLSACT_PIN     "clsact"
#define FIRST_PRIORITY 1

struct list {
	struct opn_filter *filters;
	size_t count;
};

static void read_options(const struct rtattr *options, struct opn_filter *filter)
{
	const struct rtattr *attribute = RTA_DATA(options);
	int left = RTA_PAYLOAD(options);

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == TCA_BPF_ID)
			memcpy(&filter->program, RTA_DATA(attribute), sizeof(filter->program));
		else if (attribute->rta_type == TCA_BPF_NAME)
			snprintf(filter->name, sizeof(filter->name), "%.*s",
				 (int)RTA_PAYLOAD(attribute), (char *)RTA_DATA(attribute));
	}
}

static int add(struct list *list, const struct nlmsghdr *message, __u32 parent)
{
	const struct tcmsg *tc = NLMSG_DATA(message);
	const struct rtattr *attribute = TCA_RTA(tc);
	int left = TCA_PAYLOAD(message);
	struct opn_filter filter = {
		.parent = parent,
		.handle = tc->tcm_handle,
		.priority = TC_H_MAJ(tc->tcm_info) >> 16,
	};
	struct opn_filter *more;

	/* The kernel lists the priority by itself, too. */
	if (!filter.handle)
		return 0;
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == TCA_KIND)
			snprintf(filter.kind, sizeof(filter.kind), "%s",
				 (char *)RTA_DATA(attribute));
		else if (attribute->rta_type == TCA_OPTIONS)
			read_options(attribute, &filter);
	}
	more = realloc(list->filters, (list->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	list->filters = more;
	list->filters[list->count++] = filter;
	return 0;
}

/* 1: done, 0: more is to come, or -errno. */
static int read_answer(struct list *list, const char *answer, ssize_t size, __u32 parent)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)answer;
	unsigned int left = size;

	for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
		int error = 0;

		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR)
			return ((const struct nlmsgerr *)NLMSG_DATA(message))->error;
		if (message->nlmsg_type == RTM_NEWTFILTER)
			error = add(list, message, parent);
		if (error)
			return error;
	}
	return 0;
}

int opn_filters_list(int ifindex, __u32 parent, struct opn_filter **filters, size_t *count)
{
	struct {
		struct nlmsghdr header;
		struct tcmsg tc;
	} request = {
		.header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct tcmsg)),
			    .nlmsg_type = RTM_GETTFILTER,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.tc = { .tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = parent },
	};
	struct list list = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	char *answer = malloc(ANSWER_SIZE);
	int error = 0;

	*filters = NULL;
	*count = 0;
	if (fd < 0 || !answer)
		error = -ENOMEM;
	else if (send(fd, &request, sizeof(request), 0) < 0)
		error = -errno;
	while (!error) {
		ssize_t size = recv(fd, answer, ANSWER_SIZE, 0);

		error = size < 0 ? -errno : read_answer(&list, answer, size, parent);
	}
	if (fd >= 0)
		close(fd);
	free(answer);
	if (error < 0) {
		free(list.filters);
		return error;
	}
	*filters = list.filters;
	*count = list.count;
	return 0;
}

/* FNV-1a over the pipeline's name: its filters are known even when their pins are lost. */
__u32 opn_filters_handle(const struct opn_pipeline *pipeline)
{
	__u32 hash = 2166136261u;

	for (const char *c = pipeline->name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 16777619u;
	return hash ? hash : 1;
}

static int find_filter(const struct opn_instance *instance, __u32 program,
		       struct opn_attached *attached)
{
	static const __u32 parents[] = { INGRESS, EGRESS };

	for (size_t p = 0; program && p < sizeof(parents) / sizeof(*parents); p++) {
		struct opn_filter *filters;
		size_t count;

		if (opn_filters_list(instance->ifindex, parents[p], &filters, &count))
			continue;
		for (size_t i = 0; i < count; i++) {
			if (filters[i].program != program)
				continue;
			attached->program = program;
			attached->parent = parents[p];
			attached->priority = filters[i].priority;
			attached->handle = filters[i].handle;
			attached->ifindex = instance->ifindex;
		}
		free(filters);
	}
	return 0;
}

/* A replace that was cut off has the program that runs in its own folder. */
static int query_filter(const struct opn_instance *instance, const struct opn_point *point,
			const char *prefix, struct opn_attached *attached)
{
	const char *const prefixes[] = { prefix, "replace:" };

	for (size_t i = 0; i < 2 && !attached->program; i++) {
		int program = opn_program_open(instance, prefixes[i], point);

		find_filter(instance, opn_program_id(program), attached);
		if (program >= 0)
			close(program);
		else if (!i)
			return program;
	}
	for (size_t i = 0; point->hook && i < point->hook->way_count; i++)
		if (point->hook->ways[i].way == OPN_WAY_FILTER && !attached->way)
			attached->way = &point->hook->ways[i];
	return 0;
}

/* What says that the queueing discipline is ours is there before it is. */
static int need_clsact(struct opn_instance *instance, enum bpf_tc_attach_point where)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = instance->ifindex, .attach_point = where);
	char path[OPN_PATH_SIZE];
	int error = opn_instance_path(instance, instance->prefix, CLSACT_PIN, path);
	int marker;

	if (error || opn_exists(path))
		return error;
	marker = bpf_map_create(BPF_MAP_TYPE_ARRAY, CLSACT_PIN, sizeof(__u32), sizeof(__u32), 1,
				NULL);
	if (marker < 0)
		return -errno;
	if (bpf_obj_pin(marker, path))
		error = -errno;
	close(marker);
	error = error ? error : opn_fault("clsact", NULL);
	error = error ? error : bpf_tc_hook_create(&hook);
	if (error)
		unlink(path);
	return error == -EEXIST ? 0 : error;
}

int opn_clsact_remove(struct opn_instance *instance)
{
	static const __u32 parents[] = { INGRESS, EGRESS };
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = instance->ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	char path[OPN_PATH_SIZE];
	size_t left = 0;

	if (opn_instance_path(instance, instance->prefix, CLSACT_PIN, path) || !opn_exists(path))
		return 0;
	for (size_t i = 0; i < sizeof(parents) / sizeof(*parents); i++) {
		struct opn_filter *filters = NULL;
		size_t count = 0;

		opn_filters_list(instance->ifindex, parents[i], &filters, &count);
		free(filters);
		left += count;
	}
	/* Filters of others stay, and so does what they hang on. */
	if (!left)
		bpf_tc_hook_destroy(&hook);
	return unlink(path) ? -errno : 0;
}

static int attach_filter(struct opn_instance *instance, struct opn_point *point, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = instance->ifindex,
		    .attach_point = point->way->type);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program,
		    .handle = opn_filters_handle(instance->loader->pipeline));
	int error = need_clsact(instance, point->way->type);

	opts.priority = (point->way->flags ? point->way->flags : FIRST_PRIORITY) + point->index;
	error = error ? error : opn_fault("filter", point->pin);
	return error ? error : bpf_tc_attach(&hook, &opts);
}

static void explain_filter(const struct opn_instance *instance, const struct opn_point *point,
			   int error)
{
	(void)point;
	if (error == -EEXIST)
		opn_note(instance->loader,
			 "a filter with this priority and handle is there, without a pin: 'clean' "
			 "removes it");
}

static enum bpf_tc_attach_point side(__u32 parent)
{
	return parent == INGRESS ? BPF_TC_INGRESS : BPF_TC_EGRESS;
}

static int put_filter(struct opn_instance *instance, struct opn_point *point, int program)
{
	struct opn_attached now = { 0 };
	int error = query_filter(instance, point, "", &now);
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = instance->ifindex);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = program, .handle = now.handle,
		    .priority = now.priority, .flags = BPF_TC_F_REPLACE);

	if (error)
		return error;
	if (!now.program)
		return -ENOENT;
	hook.attach_point = side(now.parent);
	return bpf_tc_attach(&hook, &opts);
}

static int detach_filter(struct opn_instance *instance, struct opn_point *point)
{
	struct opn_attached now = { 0 };
	int error = query_filter(instance, point, instance->prefix, &now);
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = instance->ifindex);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = now.handle, .priority = now.priority);

	if (error || !now.program)
		return error;
	hook.attach_point = side(now.parent);
	return bpf_tc_detach(&hook, &opts);
}

const struct opn_kind_ops opn_kind_filter = {
	attach_filter, put_filter, detach_filter, query_filter, explain_filter,
};
