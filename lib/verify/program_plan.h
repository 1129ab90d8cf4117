/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * program_plan.h - what of an object is to be loaded for one of its programs
 */
#ifndef OPN_VERIFY_PROGRAM_PLAN_H
#define OPN_VERIFY_PROGRAM_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base.h"
#include "diag.h"

struct opn_program_options;

struct opn_plan_program {
	const char *name, *section;
	int type, attach_type; /* as they will be loaded */
	bool is_needed;	       /* the chosen one, others that are wanted with it, and those that
				* these can tail-call from the start */
};

struct opn_plan {
	struct opn_plan_program *programs;
	size_t count, chosen;
	bool reads_other_cpus; /* of per-CPU maps, or it is not known */
	const char **maps; /* those that the needed programs use, NULL-terminated; NULL: unknown */
};

/* Decides it for an object in memory; everything is in the arena. Reports, returns -errno. */
int opn_plan_make(const struct opn_program_options *options, const void *data, size_t size,
		  struct opn_arena *arena, struct opn_diags *diags, struct opn_plan *out);

/* Marks what the chosen program, and those that are marked already, need; without an object that
 * can be read, maps stay unknown. Returns 0 or -ENOMEM. */
int opn_plan_find_needed(struct opn_plan *plan, const void *data, size_t size,
			 struct opn_arena *arena);

/* Whether the map is to be made. */
bool opn_plan_has_map(const struct opn_plan *plan, const char *name);

#endif
