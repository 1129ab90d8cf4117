/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program_load.h - loading, between program.c, program_load.c and program_report.c
 */
#ifndef OPN_VERIFY_PROGRAM_LOAD_H
#define OPN_VERIFY_PROGRAM_LOAD_H

#include "program_plan.h"
#include "program_private.h"
#include "verifier_log.h"

/* One way of loading. */
struct opn_attempt {
	struct opn_program *program;
	const struct opn_plan *plan;
	const void *data;
	size_t size;
	char *log; /* the verifier's, of the program that failed */
	size_t log_size;
	struct opn_verifier_reason reason; /* what it says, once the load has failed */
};

/* Loads; a traced build that is refused with less in it. Reports, returns -errno. */
int opn_program_load(struct opn_program *program, const struct opn_plan *plan, const void *data,
		     size_t size, struct opn_diags *diags);
/* Undoes a load. */
void opn_program_unload(struct opn_program *program);

/* Says why an attempt failed with this -errno. Returns -errno. */
int opn_program_report(const struct opn_attempt *attempt, int error, struct opn_diags *diags);

#endif
