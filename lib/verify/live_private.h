/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * live_private.h - a live verification while it runs
 */
#ifndef OPN_VERIFY_LIVE_PRIVATE_H
#define OPN_VERIFY_LIVE_PRIVATE_H

#include "live.h"
#include "live_attach.h"
#include "live_stream.h"
#include "live_wire.h"
#include "program.h"

#define OPN_LIVE_DIFFERENCES 5 /* told; each is of another kind or has other fates */

/* The three runs. */
enum opn_live_run { OPN_RUN_LEFT, OPN_RUN_RIGHT, OPN_RUN_NONE, OPN_LIVE_RUNS };

struct opn_live_session {
	const struct opn_verify_options *options;
	const struct opn_live_options *live;
	struct opn_hook_runs *runs;
	const struct opn_hookdefs *hookdefs;
	struct opn_arena *arena; /* of the result */
	struct opn_diags *diags;
	struct opn_result *result;

	struct opn_live_net *net;
	struct opn_wire *wire;
	struct opn_arena *scratch; /* of what came of the frames */
	struct opn_program *program[2], *traced[2];
	const struct opn_hook_pair *pair;
	struct opn_state *state;
	const char *attached[2]; /* the way that the kernel took */
	int error;

	struct opn_packet *frames;
	const char **origins;
	size_t frame_count, frame_capacity;
	struct opn_outcomes *outcomes[OPN_LIVE_RUNS];
	struct opn_captured captured[2];
	uint64_t unmatched[2];
	struct opn_streamed *streamed[OPN_LIVE_RUNS]; /* by transfer */
	struct opn_state_difference *map_differences;
	ssize_t map_difference_count;
	bool maps_changed;
};

/* Reports that what was tried last in the namespace did not work, and returns -errno. */
int opn_live_report(struct opn_live_session *session, int error);
/* One frame alone, from the start state, through one program and the other. *shown: the kernel gave
 * it to both, as it counts after bpf_enable_stats(). Returns 0 or -errno. */
int opn_live_run_one(struct opn_live_session *session, const struct opn_packet *frame,
		     struct opn_arena *arena, struct opn_outcomes outcomes[2], bool *shown);
/* The kind of the first difference and which outcome has it, or NULL. */
const char *opn_live_compare_frame(const struct opn_outcomes *left,
				   const struct opn_outcomes *right, size_t *at);
/* Whether frames came out at the same places. */
bool opn_live_same_places(const struct opn_outcomes *left, const struct opn_outcomes *right);
/* Makes the frame of this number smaller while, alone, it shows a difference of this kind with the
 * same fates. Returns 1, with frame and outcomes in session->scratch; 0 when it does not show
 * alone; or -errno. */
int opn_live_shrink(struct opn_live_session *session, size_t number, const char *kind,
		    struct opn_packet *frame, struct opn_outcomes outcomes[2]);
/* Runs the frames and transfers, and compares the maps after the frames. Returns 0 or -errno. */
int opn_live_run(struct opn_live_session *session);
/* Compares the maps as they are now, after the frames. Returns 0 or -errno. */
int opn_live_compare_maps(struct opn_live_session *session);
/* Compares what came of the frames and transfers, and fills in the result but for what concerns the
 * programs. Returns 0 or -errno. */
int opn_live_compare(struct opn_live_session *session);

#endif
