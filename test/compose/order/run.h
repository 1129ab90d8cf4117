/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * run.h - a row of the order test while it runs: stages, steps, the frame
 */
#ifndef OPN_TEST_ORDER_RUN_H
#define OPN_TEST_ORDER_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live_net.h"
#include "order.h"
#include "yaml_read.h"

/* The cable under test, and the one that redirections take. */
#define OPN_ORDER_NEAR	       OPN_LIVE_PEER
#define OPN_ORDER_FAR	       OPN_LIVE_DEVICE
#define OPN_ORDER_ASIDE	       OPN_LIVE_FIRST_HOP
#define OPN_ORDER_BEHIND_ASIDE OPN_LIVE_WATCH

#define OPN_ORDER_STAGES 8
#define OPN_ORDER_CROWD	 OPN_ORDER_SLOTS

struct opn_stage {
	struct bpf_object *object;
	const char *program; /* NULL: the stage is not in use */
	int fd, link;	     /* link: -1 without one */
};

struct opn_order {
	struct opn_yaml table;
	const char *object;
	int sender, receiver, trace; /* trace: -1 until the first stage is loaded */
	uint32_t sent;
	unsigned int kernel; /* 6.12 is 6 << 8 | 12 */
	/* of the row */
	struct opn_stage stages[OPN_ORDER_STAGES], crowd[OPN_ORDER_CROWD];
	size_t crowded;
	unsigned int filters;
	bool egress;
};

/* What a step of the table says; its head tells what that means. */
struct opn_step {
	const char *who, *returns, *before, *after, *by, *way, *expected, *to, *fails;
	unsigned int prio, count;
	bool leaves;
};

struct opn_verb {
	const char *name;
	/* Returns -errno; -EDOM: the table asks for what does not exist. */
	int (*run)(struct opn_order *order, const struct opn_step *step);
};

enum opn_fate { OPN_DROPPED, OPN_DELIVERED, OPN_REDIRECTED };

/* Ends with a NULL name. */
extern const struct opn_verb opn_order_verbs[];

/* Loads one program of the object as a stage; jumps: the array of another stage, or -1 for one of
 * its own. Also after an error opn_order_close() is to be called. */
int opn_order_load(struct opn_order *order, struct opn_stage *stage, const char *name,
		   const struct opn_order_self *self, int jumps);
void opn_order_close(struct opn_stage *stage);
/* Undoes the steps of a row. */
void opn_order_clear(struct opn_order *order);

/* Sends the tested frame and waits until it came through or never will. */
int opn_order_frame(struct opn_order *order, struct opn_order_trace *trace, enum opn_fate *fate);
/* The same as text, "a b(cb mark), delivered": who ran, what each found, and the frame's fate. */
int opn_order_observe(struct opn_order *order, struct opn_buf *seen);

#endif
