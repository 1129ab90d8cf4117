// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * live_run.c - the runs of a live verification
 *
 * Three runs of the same frames, one without a program; then the transfers in the same way. The
 * maps are compared once, after all frames.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "live_private.h"
#include "program_private.h"
#include "verify_private.h"

static int report_attach(struct opn_live_session *session, int side, int error)
{
	const struct opn_result_side *told = &session->result->side[side];
	const struct opn_hook_run *hook = opn_hook_runs_find(session->runs, told->hook);

	error = opn_diag(session->diags, OPN_DIAG_LIVE_ATTACH, OPN_NOWHERE, told->program,
			 strerror(-error));
	for (size_t i = 0; i < hook->attach_count; i++)
		opn_diag_note(session->diags, OPN_NOWHERE, "tried as %s", hook->attach[i].name);
	return error;
}

/* ---- frames ---- */

/* What happens before each frame. */
struct watch {
	struct opn_live_session *session;
	struct opn_program *program;
	struct opn_outcomes *outcomes;
	bool counts;   /* the kernel counts how often programs run */
	bool suspects; /* the frame before this one ... */
	uint64_t runs; /* ... and how often the program had run before it */
};

static uint64_t count_runs(const struct opn_program *program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(opn_program_fd(program), &info, &size) ? 0 : info.run_cnt;
}

/* A frame of which nothing comes without a program was dropped by the kernel: whether it did so
 * before the program could see it, the number of the program's runs tells. */
static void look_for_unseen(struct watch *watch, size_t number)
{
	const struct opn_outcomes *none = watch->session->outcomes[OPN_RUN_NONE];
	bool suspects = number < watch->session->frame_count && !none[number].count;
	uint64_t runs;

	if (!watch->counts || !(watch->suspects || suspects))
		return;
	runs = count_runs(watch->program);
	if (watch->suspects)
		watch->outcomes[number - 1].unseen = runs == watch->runs;
	watch->suspects = suspects;
	watch->runs = runs;
}

/* The clock stands still for a frame, and both programs are told the same. */
static void set_clock(void *context, size_t number)
{
	const struct opn_program *program = context;
	struct opn_probe_head *head = (struct opn_probe_head *)program->head.data;

	if (!head)
		return;
	head->clock = (number + 1) * 1000000000ULL;
	head->random = number;
}

static void before_frame(void *context, size_t number)
{
	struct watch *watch = context;

	look_for_unseen(watch, number);
	set_clock(watch->program, number);
}

static int attach_program(struct opn_live_session *session, int side,
			  const struct opn_program *program, unsigned int ifindex,
			  struct opn_attached *attached)
{
	const char *hook = session->result->side[side].hook;
	int error = opn_live_attach(opn_hook_runs_find(session->runs, hook),
				    opn_program_fd(program), ifindex, attached);

	if (error)
		return report_attach(session, side, error);
	session->attached[side] = attached->rule->name;
	return 0;
}

static int attach(struct opn_live_session *session, enum opn_live_run run, unsigned int ifindex,
		  struct opn_attached *attached)
{
	*attached = (struct opn_attached){ .link = -1 };
	if (run == OPN_RUN_NONE)
		return 0;
	return attach_program(session, (int)run, session->program[run], ifindex, attached);
}

static int run_frames(struct opn_live_session *session, enum opn_live_run run)
{
	struct opn_outcomes *outcomes =
		opn_arena_array(session->scratch, session->frame_count + 1, sizeof(*outcomes));
	struct watch watch = { .session = session, .outcomes = outcomes };
	struct opn_attached attached;
	int error, statistics = -1;

	session->outcomes[run] = outcomes;
	error = outcomes ? attach(session, run, OPN_LIVE_DEVICE, &attached) : -ENOMEM;
	if (error)
		return error;
	if (run == OPN_RUN_NONE) {
		error = opn_wire_run(session->wire, session->frames, session->frame_count, NULL,
				     NULL, session->scratch, outcomes);
	} else {
		statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
		watch.counts = statistics >= 0;
		watch.program = session->program[run];
		error = opn_wire_run(session->wire, session->frames, session->frame_count,
				     before_frame, &watch, session->scratch, outcomes);
		look_for_unseen(&watch, session->frame_count);
		session->captured[run] = opn_wire_captured(session->wire);
		session->unmatched[run] = opn_wire_unmatched(session->wire);
	}
	if (statistics >= 0)
		close(statistics);
	opn_live_detach(&attached);
	return error;
}

/* Takes out the frames that only one of the programs was shown: what it did to its maps then, the
 * other one could not do. Returns whether there were any. */
static bool drop_unseen(struct opn_live_session *session)
{
	size_t kept = 0;

	for (size_t i = 0; i < session->frame_count; i++) {
		bool left = session->outcomes[OPN_RUN_LEFT][i].unseen;
		bool right = session->outcomes[OPN_RUN_RIGHT][i].unseen;

		if (left != right) {
			session->result->refused_left += left;
			session->result->refused_right += right;
			continue;
		}
		session->frames[kept] = session->frames[i];
		session->origins[kept++] = session->origins[i];
	}
	if (kept == session->frame_count)
		return false;
	session->frame_count = kept;
	return true;
}

static int run_all_frames(struct opn_live_session *session)
{
	/* Without a program first: see look_for_unseen(). */
	static const enum opn_live_run order[] = { OPN_RUN_NONE, OPN_RUN_LEFT, OPN_RUN_RIGHT };
	int error = 0;

	do {
		for (int i = 0; !error && i < OPN_LIVE_RUNS; i++) {
			if (i == 0)
				error = opn_state_reset(session->state);
			error = error ?: run_frames(session, order[i]);
		}
	} while (!error && drop_unseen(session));
	return error;
}

static uint64_t was_run(const void *program, size_t block)
{
	return opn_program_block_hit(program, block);
}

/* The frames once more, into the builds with marks on every branch. What comes of them there is not
 * compared; the marks of all frames together tell which branches were taken, and not how often. */
static int run_marked(struct opn_live_session *session, int side)
{
	struct opn_program *program = session->traced[side];
	const struct opn_input none = { 0 };
	struct opn_arena *arena = opn_arena_new(NULL, NULL);
	struct opn_outcomes *outcomes =
		arena ? opn_arena_array(arena, session->frame_count + 1, sizeof(*outcomes)) : NULL;
	struct opn_attached attached;
	int error = outcomes ? 0 : -ENOMEM;

	opn_program_clear_marks(program, &none);
	error = error ?: attach_program(session, side, program, OPN_LIVE_DEVICE, &attached);
	if (!error) {
		error = opn_wire_run(session->wire, session->frames, session->frame_count,
				     set_clock, program, arena, outcomes);
		opn_live_detach(&attached);
	}
	if (arena)
		opn_arena_free(arena);
	if (error)
		return error;
	opn_program_read_marks(program);
	return opn_verify_tell_code(program, opn_program_hits(program), was_run, program,
				    session->arena, &session->result->side[side]);
}

int opn_live_run_one(struct opn_live_session *session, const struct opn_packet *frame,
		     struct opn_arena *arena, struct opn_outcomes outcomes[2], bool *shown)
{
	int error = opn_state_reset(session->state);

	*shown = true;
	memset(outcomes, 0, 2 * sizeof(*outcomes));
	for (int side = 0; !error && side < 2; side++) {
		struct opn_program *program = session->program[side];
		uint64_t runs = count_runs(program);
		struct opn_attached attached;

		error = attach(session, (enum opn_live_run)side, OPN_LIVE_DEVICE, &attached);
		if (error)
			break;
		error = opn_wire_run(session->wire, frame, 1, set_clock, program, arena,
				     &outcomes[side]);
		opn_live_detach(&attached);
		*shown = *shown && !outcomes[side].error && count_runs(program) > runs;
	}
	return error;
}

/* ---- transfers ---- */

static int run_transfers(struct opn_live_session *session, enum opn_live_run run)
{
	const struct opn_live_options *live = session->live;
	struct opn_attached attached;
	int error = attach(session, run, OPN_LIVE_STREAM, &attached);

	if (error)
		return error;
	session->streamed[run] = opn_arena_array(session->scratch, live->transfer_count,
						 sizeof(*session->streamed[run]));
	error = session->streamed[run] ? 0 : -ENOMEM;
	for (size_t i = 0; !error && i < live->transfer_count; i++) {
		error = opn_stream_run(session->net, opn_wire_observer(session->wire),
				       &live->transfers[i], &session->streamed[run][i]);
		if (!error && run == OPN_RUN_NONE && !session->streamed[run][i].complete)
			error = -EIO; /* nothing could be told from it */
		error = error ? opn_live_report(session, error) : 0;
	}
	opn_live_detach(&attached);
	return error;
}

int opn_live_run(struct opn_live_session *session)
{
	int error = session->frame_count ? run_all_frames(session) : 0;

	error = error ?: opn_live_compare_maps(session);
	error = error ?: opn_state_reset(session->state);
	for (int side = 0; !error && session->frame_count && side < 2; side++)
		error = run_marked(session, side);
	if (error || !session->live->transfer_count)
		return error;
	error = opn_state_reset(session->state);
	for (int run = 0; !error && run < OPN_LIVE_RUNS; run++)
		error = run_transfers(session, (enum opn_live_run)run);
	return error;
}
