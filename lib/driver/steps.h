/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * steps.h - commands that depend on each other, several at a time, only where something changed
 *
 * A step is one run of a program. It starts when what it needs has ended well; when that failed it
 * is blocked, and all others go on.
 */
#ifndef OPN_DRIVER_STEPS_H
#define OPN_DRIVER_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base.h"
#include "driver/record.h"

enum opn_step_state {
	OPN_STEP_WAITING,
	OPN_STEP_RUNNING,
	OPN_STEP_DONE,
	OPN_STEP_UNCHANGED, /* done by an earlier run */
	OPN_STEP_LEFT_OUT,  /* by prepare(), with the reason in why */
	OPN_STEP_FAILED,
	OPN_STEP_BLOCKED, /* what it needs failed */
};

struct opn_step {
	const char *stage; /* "extract" */
	const char *name;  /* "decap" */
	struct opn_step *const *needs;
	size_t need_count;
	unsigned int kind; /* this and the next two are the caller's */
	const void *subject;
	size_t index;

	/* What prepare() says; lists are NULL-terminated. */
	char *const *argv;
	size_t looks;	    /* words behind the first that only say what the output looks like */
	const char *folder; /* to run in, or NULL: the current one */
	const char *const *inputs;   /* files */
	const char *also;	     /* what else it is made of, in a word of its own; or NULL */
	const char *depfile;	     /* more of them, as make reads them; written by the step */
	const char *product;	     /* a folder with a list of what was written, or NULL */
	const char *const *products; /* other files */
	const char *why;

	/* What became of it. */
	enum opn_step_state state;
	int status; /* exit status; 70 for a signal */
	double seconds;
	char *log; /* all that it printed, allocated */
	size_t log_length;

	/* Private. */
	pid_t pid;
	int output;
	double started;
	char key[OPN_HASH_SIZE];
	char id[96];
};

struct opn_steps_calls {
	void *data;
	/* Says what to run, when all that the step needs is there. Returns 0 or the exit status of
	 * a failure that it reported; OPN_STEP_LEFT_OUT may be set instead. */
	int (*prepare)(struct opn_step *step, void *data);
	/* Called right before the step's program starts. */
	void (*begun)(const struct opn_step *step, void *data);
	void (*ended)(const struct opn_step *step, void *data);
	/* Called now and then; true ends the run: running steps are ended and nothing more begins.
	 */
	bool (*stop)(void *data);
};

/* What every step's key has in it: the tools and their tables. */
struct opn_steps_options {
	unsigned int jobs;
	bool again; /* nothing is unchanged */
	const char *salt;
};

/* Runs the steps, in the given order where nothing else speaks against it. Returns 0, or -errno
 * when no process could be made or memory ran out; what became of each stands in it. */
int opn_steps_run(struct opn_step *steps, size_t count, struct opn_record *state,
		  const struct opn_steps_options *options, const struct opn_steps_calls *calls,
		  struct opn_arena *arena);

/* The files that a list of what was written names, and the list. NULL: there is no list. */
const char *const *opn_product_files(const char *folder, struct opn_arena *arena);

#endif
