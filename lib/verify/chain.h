/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * chain.h - programs that run one after another, as one program under test
 *
 * A side of a verification may be a list of stages: each runs on the packet, and on what is kept of
 * its context, that the one before left, as long as verdicts are in its continue set. To everybody
 * else the list is one struct opn_program: its branches, comparisons and lookups are those of all
 * stages, and what the clocks, random numbers and redirects of one packet are goes on from stage to
 * stage, as it does in one program.
 *
 * What one test run hands to the next is the packet and the context fields that the kernel takes
 * and gives back (struct opn_run_field); what it works out from the packet anew (protocol, header
 * offsets) is that of the packet as it is then.
 */
#ifndef OPN_VERIFY_CHAIN_H
#define OPN_VERIFY_CHAIN_H

#include "hook_run.h"
#include "state.h"

struct opn_program;
struct opn_program_options;

/* One name, and where it was written. */
struct opn_chain_name {
	const char *text;
	struct opn_loc loc;
};

struct opn_chain_names {
	struct opn_chain_name *list;
	size_t count;
};

/* A verdict that becomes another. */
struct opn_chain_exit {
	struct opn_chain_name from, to;
};

struct opn_chain_stage {
	struct opn_chain_name name;    /* else the program's */
	const char *object;	       /* NULL: that of all stages which name none */
	struct opn_chain_name program; /* text NULL: the only one */
	struct opn_chain_names continues;
	struct opn_state_rename *names; /* left: the stage's own name, right: the other side's */
	size_t name_count;
};

/* Slots of a program array, from 0 on. */
struct opn_chain_slots {
	struct opn_chain_name map;
	struct opn_chain_names programs;
};

/* A global variable's first value. */
struct opn_chain_value {
	struct opn_chain_name variable;
	uint64_t value;
};

/* A file of stages, as it was read. */
struct opn_chain_spec {
	const char *path;
	struct opn_loc loc;
	const char *object; /* of all stages that name none; NULL: all name one */
	struct opn_chain_stage *stages;
	size_t stage_count;
	struct opn_chain_name final; /* text NULL: what the last stage says */
	struct opn_chain_exit *exits;
	size_t exit_count;
	struct opn_chain_slots *slots;
	size_t slots_count;
	struct opn_chain_value *values;
	size_t value_count;
	struct opn_chain_names share;
	const char *const *ignore; /* NULL-terminated */
};

/* Reads the file. Strings are in the arena; reports and returns -errno. */
int opn_chain_read(const char *path, struct opn_arena *arena, struct opn_diags *diags,
		   struct opn_chain_spec **out);
/* The file again, as text in the arena, with other paths of objects: rename() has one for each. */
char *opn_chain_text(const struct opn_chain_spec *spec,
		     const char *(*rename)(void *data, const char *object), void *data,
		     struct opn_arena *arena);

struct opn_chain_options {
	const struct opn_chain_spec *spec;
	const struct opn_hook_run *hook; /* of all stages */
	/* How the program of each stage is to be opened. */
	const struct opn_program_options *open;
};

/* Opens all stages as one program. Reports and returns -errno; otherwise as opn_program_open(). */
int opn_chain_open(const struct opn_chain_options *options, struct opn_diags *diags,
		   struct opn_program **out);
/* The stages that no packet came to, NULL-terminated, in the arena; none of a program that is no
 * list. NULL: no memory. */
const char *const *opn_chain_idle(const struct opn_program *program, struct opn_arena *arena);

/* Instructions of all stages as the kernel runs them. */
unsigned int opn_chain_instructions(const struct opn_program *program);

#endif
