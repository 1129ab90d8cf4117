/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * verify_private.h - a verification while it runs
 */
#ifndef OPN_VERIFY_VERIFY_PRIVATE_H
#define OPN_VERIFY_VERIFY_PRIVATE_H

#include "bench.h"
#include "guide.h"
#include "verify.h"

#define OPN_SEQUENCE_STEPS	64
#define OPN_SESSION_DIFFERENCES 5  /* told; each is of another kind or has other fates */
#define OPN_SESSION_FATES	64 /* pairs of verdicts */
#define OPN_SESSION_INTERFACES	5  /* that device maps may hold */

struct opn_session {
	const struct opn_verify_options *options;
	struct opn_arena *arena;
	struct opn_diags *diags;
	struct opn_result *result;
	struct opn_bench bench;
	struct opn_guide *guide;
	struct opn_step steps[OPN_SEQUENCE_STEPS];
	size_t worker, worker_count; /* whose sequences it runs: those of numbers that leave worker
				      * when divided by worker_count */
	uint64_t given;		     /* sequences of given packets so far, of all workers */
	size_t paths;		     /* different ones through the first program */
	bool maps_changed;
	uint32_t entries;	/* of a hash map, at most */
	const char *full;	/* why a map that was full leaves something open, or NULL */
	size_t interface_count; /* that device maps may hold */
};

/* Moves the thread into a network namespace of its own and onto one CPU, of those that the process
 * may use the one with the worker's number, more or less. Reports and returns -errno. */
int opn_session_isolate(size_t worker, struct opn_diags *diags);
/* Makes the namespace's devices. Returns how many interfaces there are; on a kernel that makes no
 * such devices that is one, the loopback. */
size_t opn_session_devices(unsigned int ifindexes[OPN_SESSION_INTERFACES]);

/* Which program of which hook a side is. Fills in object, program, section and hook of told, and
 * how it is to be opened; reports and returns -errno. */
int opn_verify_find(const struct opn_verify_side *side, struct opn_hook_runs *runs,
		    const struct opn_hookdefs *hookdefs, struct opn_arena *arena,
		    struct opn_diags *diags, struct opn_result_side *told,
		    struct opn_program_options *open);

/* Opens a side that is a list of stages, fills in what is told of it; of how, trace and entries are
 * looked at. Reports and returns -errno. */
int opn_verify_stages(const struct opn_verify_side *side, const struct opn_program_options *how,
		      struct opn_hook_runs *runs, const struct opn_hookdefs *hookdefs,
		      struct opn_arena *arena, struct opn_diags *diags,
		      struct opn_result_side *told, struct opn_program **out);

/* Opens both programs, plain and traced, pairs their maps and makes room for what is found. Reports
 * and returns -errno. */
int opn_session_open(struct opn_session *session, struct opn_hook_runs *runs,
		     const struct opn_hookdefs *hookdefs);

/* Runs the worker's share of all packets. Returns 0 or -errno. */
int opn_session_run(struct opn_session *session);

/* Runs the cases that say what is expected on the first program, and warns of those that it does
 * not meet. Returns 0 or -errno. */
int opn_session_judge(struct opn_session *session);

/* How often a basic block ran (opn_line.block). */
typedef uint64_t opn_block_hits(const void *context, size_t block);
/* What the runs of a marked build tell of its code: seen tells by edge whether it was taken. Fills
 * in edges and lines of told. Returns 0 or -ENOMEM. */
int opn_verify_tell_code(const struct opn_program *program, const uint8_t *seen,
			 opn_block_hits *hits, const void *context, struct opn_arena *arena,
			 struct opn_result_side *told);
/* Why it is open what happens when a map that was made smaller is full, and one was; else NULL. */
const char *opn_session_full(const struct opn_state *state, struct opn_arena *arena);
/* Fills in what the worker's runs tell of the code. Returns 0 or -errno. */
int opn_session_tell_code(struct opn_session *session);
/* Adds what another worker found; what it points to must live as long. */
void opn_session_join(struct opn_session *to, const struct opn_session *from);
/* Fills in what the result tells besides, when all is joined, and the verdict. Returns 0 or
 * -errno. */
int opn_session_tell(struct opn_session *session);
/* What ended a comparison is reported, unless it was where it happened; returns error. */
int opn_verify_failed(struct opn_diags *diags, int error);

#endif
