/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * verify.h - do two programs treat the same packets alike?
 */
#ifndef OPN_VERIFY_VERIFY_H
#define OPN_VERIFY_VERIFY_H

#include "cases.h"
#include "chain.h"
#include "hook_run.h"
#include "hookdef.h"
#include "result.h"
#include "state.h"

struct opn_verify_side {
	const char *object;  /* path */
	const char *name;    /* of what it was made of; NULL: it is what was named */
	const char *program; /* NULL: the only one of the object */
	const char *hook;    /* NULL: what its section says */
	const struct opn_chain_spec *stages; /* of the file that object is then; NULL: one program
					      */
};

struct opn_verify_options {
	struct opn_verify_side side[2];
	const struct opn_cases *cases;	/* tried first, in order; NULL: none */
	const char *const *maps;	/* JSON files of map contents, NULL-terminated, or NULL */
	struct opn_state_options state; /* how maps are paired */
	uint64_t generate;		/* packets */
	uint64_t seed;
	bool without_shapes; /* leave the base frames out */
	size_t jobs;	     /* workers; 0: one */
	/* The kind of thing that can be interrupted: asked between sequences; may be NULL. */
	bool (*stop)(void);
};

/* Runs both programs on the same packets from the same map contents and compares, in network
 * namespaces of its own; with one worker the calling thread stays in it. Fills *result (strings in
 * the arena). Returns 0 whatever the verdict is, or reports and returns -errno when the question
 * cannot be asked. */
int opn_verify(const struct opn_verify_options *options, struct opn_hook_runs *runs,
	       const struct opn_hookdefs *hookdefs, struct opn_arena *arena,
	       struct opn_diags *diags, struct opn_result *result);

#endif
