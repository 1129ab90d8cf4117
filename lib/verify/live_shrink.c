// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_shrink.c - a frame that differs on a device, made smaller
 *
 * Each smaller frame is sent alone, from the start state, through one program and then the other,
 * as often as it takes: a try costs attaching both, so there are fewer than in test runs. What the
 * kernel dropped before one of the programs saw it says nothing of the programs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "live_private.h"

#define TRIES 150 /* of one frame */

struct shrinking {
	struct opn_live_session *session;
	const char *kind;
	const struct opn_outcomes *left, *right; /* as first seen */
	int error;
};

static bool shows(struct shrinking *shrinking, const struct opn_packet *frame,
		  struct opn_arena *arena, struct opn_outcomes outcomes[2])
{
	const char *kind;
	bool shown;
	size_t at;

	shrinking->error = opn_live_run_one(shrinking->session, frame, arena, outcomes, &shown);
	if (shrinking->error || !shown)
		return false;
	kind = opn_live_compare_frame(&outcomes[0], &outcomes[1], &at);
	return kind && !strcmp(kind, shrinking->kind) &&
	       opn_live_same_places(&outcomes[0], shrinking->left) &&
	       opn_live_same_places(&outcomes[1], shrinking->right);
}

static bool still_shows(void *context, const uint8_t *data, uint32_t length)
{
	struct shrinking *shrinking = context;
	const struct opn_packet frame = { (uint8_t *)data, length };
	struct opn_outcomes outcomes[2];
	struct opn_arena *arena;
	bool holds;

	if (shrinking->error)
		return false;
	arena = opn_arena_new(NULL, NULL);
	if (!arena) {
		shrinking->error = -ENOMEM;
		return false;
	}
	holds = shows(shrinking, &frame, arena, outcomes);
	opn_arena_free(arena);
	return holds;
}

int opn_live_shrink(struct opn_live_session *session, size_t number, const char *kind,
		    struct opn_packet *frame, struct opn_outcomes outcomes[2])
{
	struct shrinking shrinking = {
		.session = session,
		.kind = kind,
		.left = &session->outcomes[OPN_RUN_LEFT][number],
		.right = &session->outcomes[OPN_RUN_RIGHT][number],
	};
	uint8_t *data = opn_arena_alloc(session->scratch, OPN_PACKET_MAX);
	int statistics;
	bool holds;

	if (!data)
		return -ENOMEM;
	*frame = (struct opn_packet){ data, session->frames[number].length };
	memcpy(data, session->frames[number].data, frame->length);
	statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
	holds = still_shows(&shrinking, data, frame->length);
	if (holds) {
		frame->length =
			opn_packet_shrink(data, frame->length, still_shows, &shrinking, TRIES);
		holds = !shrinking.error && shows(&shrinking, frame, session->scratch, outcomes);
	}
	if (statistics >= 0)
		close(statistics);
	return shrinking.error ?: holds;
}
