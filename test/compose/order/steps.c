// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * steps.c - what rows of the order test do: load stages, attach them at a place, take them away
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "run.h"

/* Of linux/bpf.h since 6.6; what they say here must hold where the headers are older. */
#define TCX_INGRESS 46
#define TCX_EGRESS  47
#define F_BEFORE    (1U << 3)
#define F_AFTER	    (1U << 4)
#define F_LINK	    (1U << 13)

/* ---- stages ---- */

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

static int print_warning(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

/* Loads one program as a stage; jumps: the array of another stage, or -1 for one of its own. */
int opn_order_load(struct opn_order *order, struct opn_stage *stage, const char *name,
		   const struct opn_order_self *self, int jumps)
{
	struct bpf_program *each;
	int err;

	stage->link = -1;
	stage->program = name;
	stage->object = bpf_object__open_file(order->object, NULL);
	if (!stage->object)
		return -errno;
	bpf_object__for_each_program(each, stage->object)
		bpf_program__set_autoload(each, !strcmp(bpf_program__name(each), name));
	err = bpf_map__set_initial_value(bpf_object__find_map_by_name(stage->object, ".rodata"),
					 self, sizeof(*self));
	if (!err && order->trace >= 0)
		err = bpf_map__reuse_fd(bpf_object__find_map_by_name(stage->object, "trace"),
					order->trace);
	if (!err && jumps >= 0)
		err = bpf_map__reuse_fd(bpf_object__find_map_by_name(stage->object, "jumps"),
					jumps);
	/* libbpf speaks only here: that something cannot be attached is what is asked. */
	libbpf_set_print(print_warning);
	if (!err)
		err = bpf_object__load(stage->object);
	libbpf_set_print(print_nothing);
	stage->fd =
		err ? -1 : bpf_program__fd(bpf_object__find_program_by_name(stage->object, name));
	return err;
}

/* The value of a verdict that linux/pkt_cls.h or linux/bpf.h names, or a number. */
static int verdict_value(const char *name, int *value)
{
#define VERDICT(name) { #name, name }
	static const struct {
		const char *name;
		int value;
	} verdicts[] = {
		VERDICT(TC_ACT_UNSPEC), VERDICT(TC_ACT_OK),	VERDICT(TC_ACT_RECLASSIFY),
		VERDICT(TC_ACT_SHOT),	VERDICT(TC_ACT_PIPE),	VERDICT(TC_ACT_STOLEN),
		VERDICT(TC_ACT_QUEUED), VERDICT(TC_ACT_REPEAT), VERDICT(TC_ACT_REDIRECT),
		VERDICT(TC_ACT_TRAP),	VERDICT(XDP_ABORTED),	VERDICT(XDP_DROP),
		VERDICT(XDP_PASS),
	};
#undef VERDICT
	char *end;

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		if (!strcmp(verdicts[i].name, name)) {
			*value = verdicts[i].value;
			return 0;
		}
	}
	*value = (int)strtol(name, &end, 0);
	return *end || end == name ? -EDOM : 0;
}

/* The stage of a letter, loaded when it is named first; program: NULL when it must be there. */
static int get_stage(struct opn_order *order, const char *who, const char *program,
		     const struct opn_step *step, struct opn_stage **out)
{
	struct opn_order_self self = { .who = (uint32_t)(*who - 'a'),
				       .leaves = step->leaves,
				       .aside = OPN_ORDER_ASIDE };
	int err;

	if (self.who >= OPN_ORDER_STAGES || who[1])
		return -EDOM;
	*out = &order->stages[self.who];
	if ((*out)->object)
		return 0;
	if (!program)
		return -EDOM;
	self.verdict = !strcmp(program, "stage_tc") ? TC_ACT_UNSPEC : XDP_PASS;
	err = step->returns ? verdict_value(step->returns, &self.verdict) : 0;
	return err ? err : opn_order_load(order, *out, program, &self, -1);
}

/* ---- steps ---- */

/* libbpf 1.1 knows no relative order. */
static int create_link(struct opn_order *order, int program, unsigned int type, unsigned int flags,
		       int relative)
{
	struct {
		uint32_t program, ifindex, type, flags, relative, padding;
		uint64_t revision;
	} attributes = { (uint32_t)program,
			 order->egress ? OPN_ORDER_NEAR : OPN_ORDER_FAR,
			 type,
			 flags,
			 (uint32_t)relative,
			 0,
			 0 };
	int fd = (int)syscall(__NR_bpf, BPF_LINK_CREATE, &attributes, sizeof(attributes));

	return fd < 0 ? -errno : fd;
}

/* The flags and the anchor of "before" and "after"; "first" and "last" have no anchor. */
static int anchor(struct opn_order *order, const struct opn_step *step, unsigned int *flags,
		  int *relative)
{
	const char *who = step->before ? step->before : step->after;
	struct opn_stage *stage;
	int err;

	*flags = step->before ? F_BEFORE : step->after ? F_AFTER : 0;
	*relative = 0;
	if (step->by && strcmp(step->by, "link") != 0)
		return -EDOM;
	if (!who || !strcmp(who, "first") || !strcmp(who, "last"))
		return 0;
	err = get_stage(order, who, "stage_tc", &(struct opn_step){ 0 }, &stage);
	if (err)
		return err;
	*relative = stage->fd;
	if (step->by) {
		*flags |= F_LINK;
		*relative = stage->link;
	}
	return 0;
}

static int keep_link(struct opn_stage *stage, int link)
{
	if (link < 0)
		return link;
	stage->link = link;
	return 0;
}

static int do_tcx(struct opn_order *order, const struct opn_step *step)
{
	unsigned int flags;
	struct opn_stage *stage;
	int relative, err = get_stage(order, step->who, "stage_tc", step, &stage);

	if (!err)
		err = anchor(order, step, &flags, &relative);
	if (err)
		return err;
	return keep_link(stage,
			 create_link(order, stage->fd, order->egress ? TCX_EGRESS : TCX_INGRESS,
				     flags, relative));
}

static int do_cls(struct opn_order *order, const struct opn_step *step)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = order->egress ? OPN_ORDER_NEAR : OPN_ORDER_FAR,
		    .attach_point = order->egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options);
	struct opn_stage *stage;
	int err = get_stage(order, step->who, "stage_tc", step, &stage);

	if (err)
		return err;
	err = bpf_tc_hook_create(&hook);
	if (err && err != -EEXIST)
		return err;
	options.prog_fd = stage->fd;
	options.priority = step->prio ? step->prio : ++order->filters;
	return bpf_tc_attach(&hook, &options);
}

static int do_xdp(struct opn_order *order, const struct opn_step *step)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options);
	struct opn_stage *stage, *other;
	unsigned int flags = 0;
	int err = get_stage(order, step->who, "stage_xdp", step, &stage);

	if (err)
		return err;
	if (!step->way)
		return keep_link(stage, create_link(order, stage->fd, BPF_XDP,
						    step->before ? F_BEFORE : 0, 0));
	if (!strcmp(step->way, "generic"))
		flags |= XDP_FLAGS_SKB_MODE;
	else if (strcmp(step->way, "netlink") != 0)
		return -EDOM;
	if (step->expected) {
		err = get_stage(order, step->expected, "stage_xdp", &(struct opn_step){ 0 },
				&other);
		if (err)
			return err;
		flags |= XDP_FLAGS_REPLACE;
		options.old_prog_fd = other->fd;
	}
	return bpf_xdp_attach(OPN_ORDER_FAR, stage->fd, flags, step->expected ? &options : NULL);
}

static int do_update(struct opn_order *order, const struct opn_step *step)
{
	struct opn_stage *old, *new;
	int err = get_stage(order, step->who, NULL, step, &old);

	if (!err && step->to)
		err = get_stage(order, step->to, old->program, step, &new);
	else if (!err)
		err = -EDOM;
	return err ? err : bpf_link_update(old->link, new->fd, NULL);
}

static int do_close(struct opn_order *order, const struct opn_step *step)
{
	struct opn_stage *stage;
	int err = get_stage(order, step->who, NULL, step, &stage);

	if (err || stage->link < 0)
		return err ? err : -EDOM;
	close(stage->link);
	stage->link = -1;
	return 0;
}

/* So many tcx links more. */
static int do_crowd(struct opn_order *order, const struct opn_step *step)
{
	struct opn_order_self self = { .verdict = TC_ACT_UNSPEC };
	int err = 0;

	for (unsigned int i = 0; !err && i < step->count; i++) {
		struct opn_stage *stage = &order->crowd[order->crowded];

		if (order->crowded == OPN_ORDER_CROWD)
			return -EDOM;
		order->crowded++;
		err = opn_order_load(order, stage, "stage_tc", &self, -1);
		if (!err)
			err = keep_link(stage, create_link(order, stage->fd, TCX_INGRESS, 0, 0));
	}
	return err;
}

static int jumps_of(const struct opn_stage *stage)
{
	return bpf_object__find_map_fd_by_name(stage->object, "jumps");
}

/* So many programs at XDP, each of which calls the next one. */
static int do_chain(struct opn_order *order, const struct opn_step *step)
{
	struct opn_stage *first = order->crowd;
	int err = 0;

	if (order->crowded || !step->count || step->count > OPN_ORDER_CROWD)
		return -EDOM;
	for (uint32_t i = 0; !err && i < step->count; i++) {
		struct opn_order_self self = { .who = i };
		struct opn_stage *stage = &order->crowd[i];

		order->crowded++;
		err = opn_order_load(order, stage, "stage_hop", &self, i ? jumps_of(first) : -1);
		if (!err)
			err = bpf_map_update_elem(jumps_of(first), &i, &stage->fd, BPF_ANY);
	}
	return err ? err : keep_link(first, create_link(order, first->fd, BPF_XDP, 0, 0));
}

/* Closes the chain's programs and array; only its link stays. The kernel empties the array from a
 * work queue (kernel/bpf/arraymap.c: prog_array_map_clear()), so wait for that, not for ever. */
static int do_release(struct opn_order *order, const struct opn_step *step)
{
	struct opn_order_trace trace;
	enum opn_fate fate;
	int err = 0;

	(void)step;
	for (size_t i = 0; i < order->crowded; i++) {
		bpf_object__close(order->crowd[i].object);
		order->crowd[i].object = NULL;
	}
	for (int tries = 0; !err && tries < 200; tries++) {
		err = opn_order_frame(order, &trace, &fate);
		if (trace.count < 2)
			break;
		usleep(10000);
	}
	return err;
}

const struct opn_verb opn_order_verbs[] = {
	{ "tcx", do_tcx },	 { "cls", do_cls },	    { "xdp", do_xdp },
	{ "update", do_update }, { "close", do_close },	    { "crowd", do_crowd },
	{ "chain", do_chain },	 { "release", do_release }, { NULL, NULL },
};

void opn_order_close(struct opn_stage *stage)
{
	if (!stage->program)
		return;
	if (stage->link >= 0)
		close(stage->link);
	bpf_object__close(stage->object);
	*stage = (struct opn_stage){ 0 };
}

void opn_order_clear(struct opn_order *order)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = order->egress ? OPN_ORDER_NEAR : OPN_ORDER_FAR,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	for (size_t i = 0; i < OPN_ORDER_STAGES; i++)
		opn_order_close(&order->stages[i]);
	for (size_t i = 0; i < order->crowded; i++)
		opn_order_close(&order->crowd[i]);
	order->crowded = 0;
	order->filters = 0;
	bpf_tc_hook_destroy(&hook);
	bpf_xdp_detach(OPN_ORDER_FAR, 0, NULL);
	bpf_xdp_detach(OPN_ORDER_FAR, XDP_FLAGS_SKB_MODE, NULL);
}
