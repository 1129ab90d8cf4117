/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * verify.h - what the files of opened-verify share
 *
 * opened-verify.c reads the options and runs the stages; verify_input.c turns what was named into
 * two objects; verify_kernel.c asks on another kernel; verify_write.c prints and writes what was
 * found.
 */
#ifndef OPN_TOOL_VERIFY_H
#define OPN_TOOL_VERIFY_H

#include "base.h"
#include "cli.h"
#include "diag.h"
#include "verify/live.h"
#include "verify/verify.h"

struct verify_options {
	struct opn_cli cli;
	struct opn_words programs; /* two */
	struct opn_words packets, cases, maps, reports, renames, ignore, transfers;
	struct opn_words called; /* what messages call the programs' files, or none */
	const char *kernel;	 /* unpacked package of the kernel to run on; NULL: this one */
	const char *from, *to;	 /* hooks; NULL: what the sections say */
	unsigned int variant;	 /* of sources with several compile commands, from 1; 0: all */
	uint64_t generate, seed;
	bool without_shapes;
	bool live, unmarked;
	enum opn_live_device device;
};

/* Of a source, while it is looked for. */
struct verify_commands {
	struct opn_commands *loaded;
	const struct opn_command *first;
	unsigned int count; /* 0: not a source */
};

struct verify_run {
	const struct verify_options *options;
	struct opn_arena *arena;
	struct opn_diags *diags;
	struct opn_verify_side side[2];
	struct verify_commands commands[2];
	unsigned int variant;  /* that is compared now; 0: no source has several commands */
	unsigned int variants; /* how many there are */
	struct opn_cases cases;
	struct opn_hookdefs *hookdefs;
	struct opn_hook_runs *runs;
	struct opn_result result;
	int remote_status; /* of the tool in a virtual machine */
	char scratch[32];  /* folder of objects that were compiled here; empty: none */
};

/* Finds or makes the object of both programs: an object file, a source with its compile command, or
 * a unit's manifest, each perhaps followed by ":program". Reports and returns -errno. */
int verify_find_inputs(struct verify_run *run);
/* Goes on to the sources' next compile commands, which verify_find_inputs() then takes; false: all
 * are done. */
bool verify_next_variant(struct verify_run *run);
/* Makes the folder run->scratch unless it is there. Reports and returns -errno. */
int verify_make_scratch(struct verify_run *run);
/* Asks the same on options->kernel: prints what is found there, writes the reports, sets
 * run->remote_status. Reports and returns -errno. */
int verify_on_kernel(struct verify_run *run);
/* Removes what was made in run->scratch. */
void verify_drop_inputs(struct verify_run *run);

/* Prints the result on stdout, and writes the reports and the failing packets that were asked for.
 * Reports and returns -errno. */
int verify_write(struct verify_run *run);

#endif
