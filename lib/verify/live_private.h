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
	struct opn_program *program[2];
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
/* Runs the frames and transfers, and compares the maps after the frames. Returns 0 or -errno. */
int opn_live_run(struct opn_live_session *session);
/* Compares the maps as they are now, after the frames. Returns 0 or -errno. */
int opn_live_compare_maps(struct opn_live_session *session);
/* Compares what came of the frames and transfers, and fills in the result but for what concerns the
 * programs. Returns 0 or -errno. */
int opn_live_compare(struct opn_live_session *session);

#endif
