// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_attach.c - a program on a live device, the way its hook has it
 *
 * Both ways end with the process or the device, whichever is gone first: links are not pinned, and
 * filters belong to a device of a namespace without a name.
 */
#include "live_attach.h"

#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static int attach_link(const struct opn_attach_rule *rule, int program, struct opn_attached *out)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = rule->flags);

	out->link = bpf_link_create(program, (int)out->ifindex, rule->type, &options);
	return out->link < 0 ? -errno : 0;
}

static struct bpf_tc_hook filter_hook(const struct opn_attached *attached)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)attached->ifindex,
		    .attach_point = BPF_TC_INGRESS);

	return hook;
}

static int attach_filter(int program, struct opn_attached *out)
{
	struct bpf_tc_hook hook = filter_hook(out);
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program);
	int error = bpf_tc_hook_create(&hook);

	if (error)
		return error;
	error = bpf_tc_attach(&hook, &options);
	if (error)
		bpf_tc_hook_destroy(&hook);
	return error;
}

static int attach(const struct opn_attach_rule *rule, int program, struct opn_attached *out)
{
	switch (rule->way) {
	case OPN_ATTACH_LINK:
		return attach_link(rule, program, out);
	case OPN_ATTACH_FILTER:
		return attach_filter(program, out);
	case OPN_ATTACH_COUNT:
		break;
	}
	return -EINVAL;
}

int opn_live_attach(const struct opn_hook_run *hook, int program, unsigned int ifindex,
		    struct opn_attached *out)
{
	int first = -EOPNOTSUPP;

	*out = (struct opn_attached){ .ifindex = ifindex, .link = -1 };
	for (size_t i = 0; i < hook->attach_count; i++) {
		int error = attach(&hook->attach[i], program, out);

		if (!error) {
			out->rule = &hook->attach[i];
			return 0;
		}
		first = i ? first : error;
	}
	return first;
}

void opn_live_detach(struct opn_attached *attached)
{
	struct bpf_tc_hook hook = filter_hook(attached);

	if (attached->link >= 0)
		close(attached->link);
	else if (attached->rule) {
		/* The kernel removes the filters with the qdisc, both directions are asked for. */
		hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
		bpf_tc_hook_destroy(&hook);
	}
	attached->link = -1;
	attached->rule = NULL;
}
