// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * order.c - asks the running kernel who runs, in which order, and what becomes of the frame
 *
 * usage: opened-order TABLE.yaml ORDER.bpf.o
 *
 * Each row of the table attaches stages to one interface, sends one frame and tells which stages
 * saw it and where it went; that has to be what the table says for this kernel. All is in a
 * network namespace of its own: near -> far is the cable under test, aside is where redirected
 * frames go. How that is asked without waiting is in frame.c.
 * Exit status 0: all is as the table says; 1: it is not; 2: it could not be asked.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "run.h"

/* Reads a step; *verb is what it does. */
static int read_step(struct opn_yaml *table, yaml_node_t *node, struct opn_step *step,
		     const struct opn_verb **verb)
{
	static const char *const keys[] = { "tcx",	"cls",	 "xdp",	    "update",  "close",
					    "crowd",	"chain", "release", "returns", "leaves",
					    "before",	"after", "by",	    "prio",    "way",
					    "expected", "to",	 "fails",   "count",   NULL };
	const struct {
		const char *key;
		const char **value;
	} texts[] = {
		{ "returns", &step->returns },	 { "before", &step->before },
		{ "after", &step->after },	 { "by", &step->by },
		{ "way", &step->way },		 { "to", &step->to },
		{ "expected", &step->expected }, { "fails", &step->fails },
	};
	const struct opn_verb *each = opn_order_verbs;
	int err = opn_yaml_check_keys(table, node, keys);

	while (each->name && !opn_yaml_get(table, node, each->name))
		each++;
	*verb = each;
	if (!each->name)
		return opn_yaml_invalid(table, node, "step", "it does nothing");
	if (!err)
		err = opn_yaml_get_string(table, node, each->name, true, &step->who);
	for (size_t i = 0; !err && i < sizeof(texts) / sizeof(*texts); i++)
		err = opn_yaml_get_string(table, node, texts[i].key, false, texts[i].value);
	if (!err)
		err = opn_yaml_get_unsigned(table, node, "prio", false, &step->prio);
	if (!err)
		err = opn_yaml_get_unsigned(table, node, "count", false, &step->count);
	return err ? err : opn_yaml_get_bool(table, node, "leaves", false, &step->leaves);
}

/* Runs the steps, sends the frame, and says what was seen. A failure that the step does not
 * announce is what was seen. Returns an error only for what the table or the machine is to blame.
 */
static int run_row(struct opn_order *order, yaml_node_t *steps, struct opn_buf *seen)
{
	for (size_t i = 0; i < opn_yaml_count(steps); i++) {
		yaml_node_t *node = opn_yaml_item(&order->table, steps, i);
		struct opn_step step = { 0 };
		const char *name;
		const struct opn_verb *verb;
		int err = read_step(&order->table, node, &step, &verb);

		if (err)
			return err;
		err = verb->run(order, &step);
		if (err == -EDOM)
			return opn_yaml_invalid(&order->table, node, "step", "it cannot be done");
		name = err ? strerrorname_np(-err) : "0";
		if (strcmp(name ? name : "?", step.fails ? step.fails : "0") != 0) {
			opn_buf_printf(seen, "%s: %s", step.who, name);
			return 0;
		}
	}
	return opn_order_observe(order, seen);
}

static unsigned int version(const char *text)
{
	unsigned int major = 0, minor = 0;

	return sscanf(text, "%u.%u", &major, &minor) == 2 ? major << 8 | minor : 0;
}

/* What the table says is seen on this kernel: "see", or that of "before" on an older one. */
static int read_expected(struct opn_order *order, yaml_node_t *row, const char **see)
{
	static const char *const keys[] = { "kernel", "see", NULL };
	struct opn_yaml *table = &order->table;
	const char *kernel = NULL;
	yaml_node_t *before = NULL;
	int err = opn_yaml_get_string(table, row, "see", true, see);

	if (!err)
		err = opn_yaml_get_mapping(table, row, "before", false, &before);
	if (err || !before)
		return err;
	err = opn_yaml_check_keys(table, before, keys);
	if (!err)
		err = opn_yaml_get_string(table, before, "kernel", true, &kernel);
	if (err || order->kernel >= version(kernel))
		return err;
	return opn_yaml_get_string(table, before, "see", true, see);
}

/* Returns 1 when the row is not as the table says. */
static int judge_row(struct opn_order *order, yaml_node_t *row)
{
	static const char *const keys[] = { "row", "at", "do", "see", "before", NULL };
	static const char *const places[] = { "ingress", "egress", NULL };
	struct opn_yaml *table = &order->table;
	const char *name = NULL, *see = NULL;
	struct opn_buf seen = { 0 };
	yaml_node_t *steps = NULL, *at;
	unsigned int place = 0;
	int err = opn_yaml_check_keys(table, row, keys);
	bool same;

	if (!err)
		err = opn_yaml_get_string(table, row, "row", true, &name);
	at = opn_yaml_get(table, row, "at");
	if (!err && at)
		err = opn_yaml_word(table, at, "place", places, &place);
	if (!err)
		err = opn_yaml_get_list(table, row, "do", true, &steps);
	if (!err)
		err = read_expected(order, row, &see);
	if (err)
		return err;
	order->egress = place;
	err = run_row(order, steps, &seen);
	opn_order_clear(order);
	if (err || seen.failed) {
		fprintf(stderr, "opened-order: %s: %s\n", name, strerror(err ? -err : ENOMEM));
		free(seen.data);
		return err ? err : -ENOMEM;
	}
	same = !strcmp(seen.data, see);
	if (same)
		printf("ok   %s: %s\n", name, see);
	else
		printf("FAIL %s: %s; the table says: %s\n", name, seen.data, see);
	fflush(stdout);
	free(seen.data);
	return !same;
}

static int judge_table(struct opn_order *order)
{
	static const char *const keys[] = { "rows", NULL };
	yaml_node_t *rows, *root = opn_yaml_root(&order->table);
	size_t count, differ = 0;
	int err = opn_yaml_check_keys(&order->table, root, keys);

	if (!err)
		err = opn_yaml_get_list(&order->table, root, "rows", true, &rows);
	if (err)
		return err;
	count = opn_yaml_count(rows);
	for (size_t i = 0; i < count; i++) {
		err = judge_row(order, opn_yaml_item(&order->table, rows, i));
		if (err < 0)
			return err;
		differ += (size_t)err;
	}
	printf("%zu rows, %zu differ\n", count, differ);
	return differ || !count ? 1 : 0;
}

/* Namespace, cables, sockets, and the map that all stages share. */
static int prepare(struct opn_order *order, struct opn_live_net **net, struct opn_stage *keeper)
{
	static const uint8_t macs[4][6] = { { 2, 0, 0, 0, 0, 1 },
					    { 2, 0, 0, 0, 0, 2 },
					    { 2, 0, 0, 0, 0, 3 },
					    { 2, 0, 0, 0, 0, 4 } };
	struct utsname system;
	cpu_set_t cpu;
	int err;

	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	if (uname(&system) || sched_setaffinity(0, sizeof(cpu), &cpu))
		return -errno;
	order->kernel = version(system.release);
	err = opn_live_net_enter(net);
	if (!err)
		err = opn_live_net_veth(*net, OPN_ORDER_FAR, OPN_ORDER_NEAR, macs[0], macs[1],
					1500);
	if (!err)
		err = opn_live_net_veth(*net, OPN_ORDER_ASIDE, OPN_ORDER_BEHIND_ASIDE, macs[2],
					macs[3], 1500);
	if (err)
		return err;
	order->sender = socket(AF_PACKET, SOCK_RAW, 0);
	order->receiver = socket(AF_PACKET, SOCK_RAW, htons(OPN_ORDER_PROTOCOL));
	if (order->sender < 0 || order->receiver < 0)
		return -errno;
	err = opn_order_load(order, keeper, "stage_xdp", &(struct opn_order_self){ 0 }, -1);
	if (!err)
		order->trace = bpf_object__find_map_fd_by_name(keeper->object, "trace");
	return err;
}

int main(int argc, char **argv)
{
	struct opn_order order = { .sender = -1, .receiver = -1, .trace = -1 };
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_diags *diags = opn_diags_new();
	struct opn_live_net *net = NULL;
	struct opn_stage keeper = { 0 };
	int status;

	if (argc != 3 || !arena || !diags) {
		fprintf(stderr, "usage: opened-order TABLE.yaml ORDER.bpf.o\n");
		return 2;
	}
	order.object = argv[2];
	status = opn_yaml_load(argv[1], arena, diags, &order.table);
	if (!status) {
		status = prepare(&order, &net, &keeper);
		if (status)
			fprintf(stderr, "opened-order: %s: %s\n",
				net ? opn_live_net_doing(net) : "prepare", strerror(-status));
		else
			status = judge_table(&order);
		opn_yaml_free(&order.table);
	}
	opn_diags_print(diags, stderr, false, false);
	opn_order_close(&keeper);
	if (net)
		opn_live_net_leave(net);
	opn_diags_free(diags);
	opn_arena_free(arena);
	return status < 0 ? 2 : status;
}
