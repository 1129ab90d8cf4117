// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Copyright (c) 2026 The OPENED authors */
/*
 * links.c - programs that are attached by a bpf_link
 *
 * A link without a pin ends with the process that made it, one with a pin stays: pinning is what
 * makes an attach last, in one act.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "internal.h"

static const struct reason {
	unsigned int type; /* of attaching, or 0: all */
	int error;
	const char *words;
} reasons[] = {
	{ BPF_XDP, EBUSY, "another program is attached there" },
	{ BPF_XDP, EEXIST, "another program is attached there, in another mode" },
	{ BPF_XDP, EOPNOTSUPP, "the interface's driver cannot run it in this mode" },
	{ BPF_XDP, ERANGE, "the interface's MTU is too large for it" },
	{ 0, ERANGE, "the kernel's limit of 63 programs at one hook is reached" },
	{ 0, EINVAL, "this kernel does not have it" },
	{ 0, ENODEV, "the interface is gone" },
	{ 0, EPERM, "not permitted: CAP_NET_ADMIN is needed in the interface's network namespace" },
};

static const char *why_not(unsigned int type, int error)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].error == -error && (!reasons[i].type || reasons[i].type == type))
			return reasons[i].words;
	return NULL;
}

static void name_others(const struct opn_instance *instance, const struct opn_point *point)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	char words[64];

	if (bpf_xdp_query(instance->ifindex, 0, &query))
		return;

	const __u32 programs[] = { query.drv_prog_id, query.skb_prog_id, query.hw_prog_id };

	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (programs[i])
			opn_note(instance->loader, "program %s is at %s of %s and stays there",
				 opn_program_words(programs[i], words, sizeof(words)),
				 point->hook->name, instance->interface);
	opn_note(instance->loader, "to attach here, detach it with the tool that attached it");
}

static void explain_link(const struct opn_instance *instance, const struct opn_point *point,
			 int error)
{
	const char *words = why_not(point->way->type, error);

	if (words)
		opn_note(instance->loader, "%s: %s", point->way->name, words);
	if (point->way->type == BPF_XDP && (error == -EBUSY || error == -EEXIST))
		name_others(instance, point);
}

static int attach_link(struct opn_instance *instance, struct opn_point *point, int program)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = point->way->flags);
	char path[OPN_PATH_SIZE];
	int error = opn_instance_path(instance, instance->prefix, point->pin, path);
	int link;

	if (error)
		return error;
	link = bpf_link_create(program, instance->ifindex, point->way->type, &opts);
	if (link < 0)
		return -errno;
	/* Without a pin the link ends with this process: it is all or nothing. */
	error = opn_fault("pin-link", point->pin);
	if (!error && bpf_obj_pin(link, path))
		error = -errno;
	close(link);
	return error;
}

static int put_link(struct opn_instance *instance, struct opn_point *point, int program)
{
	int link = opn_pin_open(instance, "", point->pin);
	int error = 0;

	if (link < 0)
		return link;
	if (bpf_link_update(link, program, NULL))
		error = -errno;
	close(link);
	return error;
}

static int detach_link(struct opn_instance *instance, struct opn_point *point)
{
	int link = opn_pin_open(instance, instance->prefix, point->pin);
	int error = 0;

	if (link < 0)
		return link;
	/* It may be held by somebody else, too. An interface that is gone has no link: ENOLINK. */
	if (bpf_link_detach(link) && errno != EOPNOTSUPP && errno != ENOLINK)
		error = -errno;
	close(link);
	return error;
}

static const struct opn_attach_way *way_of_link(const struct opn_point *point, int ifindex,
						__u32 program, unsigned int type)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	bool generic;

	if (type != BPF_XDP || bpf_xdp_query(ifindex, 0, &query))
		query.skb_prog_id = 0;
	generic = query.skb_prog_id == program;
	for (size_t i = 0; point->hook && i < point->hook->way_count; i++) {
		const struct opn_attach_way *way = &point->hook->ways[i];

		if (way->way == OPN_WAY_LINK && way->type == type &&
		    (type != BPF_XDP || !(way->flags & XDP_FLAGS_SKB_MODE) == !generic))
			return way;
	}
	return NULL;
}

static int query_link(const struct opn_instance *instance, const struct opn_point *point,
		      const char *prefix, struct opn_attached *attached)
{
	struct bpf_link_info info = { 0 };
	__u32 size = sizeof(info);
	unsigned int type = BPF_XDP;
	int link = opn_pin_open(instance, prefix, point->pin);

	if (link < 0)
		return link;
	if (bpf_obj_get_info_by_fd(link, &info, &size)) {
		close(link);
		return -errno;
	}
	close(link);
	attached->link = info.id;
	/* tcx has the interface at the same place, and the type of attaching behind it. */
	attached->ifindex = info.xdp.ifindex;
	attached->program = attached->ifindex ? info.prog_id : 0;
	if (info.type != BPF_LINK_TYPE_XDP)
		memcpy(&type, (char *)&info.xdp.ifindex + sizeof(__u32), sizeof(type));
	attached->way = way_of_link(point, attached->ifindex, info.prog_id, type);
	return 0;
}

const struct opn_kind_ops opn_kind_link = {
	attach_link, put_link, detach_link, query_link, explain_link,
};
