// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_run.c - a worker's packets through both programs
 *
 * Packets come in sequences: first the given cases, then the base frames of every protocol shape,
 * then what the guide makes. Each sequence starts from the start state; a difference ends it, and
 * the rest of it goes on as a sequence of its own.
 *
 * Several workers share the sequences by number. Each keeps all given packets in mind, and learns
 * from the runs of its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "difference.h"
#include "verify_private.h"

#define ENOUGH 1000 /* packets that differ: more do not tell more */
#define STALE  4096 /* traced packets without anything new: trace one sequence in eight */

/* ---- what happened ---- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void count_fate(struct opn_session *session)
{
	struct opn_result *result = session->result;
	const struct opn_bench *bench = &session->bench;
	struct opn_end ends[2];
	const char *names[2];

	for (int side = 0; side < 2; side++) {
		opn_bench_end(bench, side, &ends[side]);
		names[side] = opn_hook_verdict_name(bench->hook[side], ends[side].verdict);
		if (!names[side])
			names[side] = opn_fate_name(ends[side].fate);
	}
	for (size_t i = 0; i < result->fate_count; i++) {
		if (same_text(result->fates[i].left, names[0]) &&
		    same_text(result->fates[i].right, names[1])) {
			result->fates[i].packets++;
			return;
		}
	}
	if (result->fate_count < OPN_SESSION_FATES)
		result->fates[result->fate_count++] =
			(struct opn_result_fate){ names[0], names[1], 1 };
}

/* Whether a difference of this kind, with the fates of the last packet, is told already. */
static bool is_told(const struct opn_session *session, enum opn_difference_kind kind)
{
	const struct opn_result *result = session->result;
	const char *fates[2];
	struct opn_end end;

	for (int side = 0; side < 2; side++) {
		opn_bench_end(&session->bench, side, &end);
		fates[side] = opn_bench_fate_text(&session->bench, side, &end, session->arena);
	}
	for (size_t i = 0; i < result->difference_count; i++) {
		const struct opn_difference *other = &result->differences[i];

		if (same_text(other->kind, opn_difference_name(kind)) &&
		    same_text(other->left_fate, fates[0]) && same_text(other->right_fate, fates[1]))
			return true;
	}
	return false;
}

static struct opn_sequence *copy_sequence(const struct opn_sequence *from, size_t steps)
{
	struct opn_sequence *copy = calloc(1, sizeof(*copy));

	if (!copy)
		return NULL;
	copy->steps = calloc(steps, sizeof(*copy->steps));
	copy->fills = calloc(from->fill_count + 1, sizeof(*copy->fills));
	for (size_t i = 0; copy->steps && i < steps; i++) {
		copy->steps[i] = from->steps[i];
		copy->steps[i].data = malloc(OPN_PACKET_MAX);
		if (copy->steps[i].data)
			memcpy(copy->steps[i].data, from->steps[i].data, from->steps[i].length);
		copy->step_count++;
	}
	if (copy->fills && from->fill_count)
		memcpy(copy->fills, from->fills, from->fill_count * sizeof(*copy->fills));
	copy->fill_count = from->fill_count;
	return copy;
}

static void free_sequence(struct opn_sequence *sequence, struct opn_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(steps[i].data);
	free(steps);
	free(sequence->fills);
	free(sequence);
}

/* The packet of the last run and what came out, before any of it is made smaller. */
static void keep_seen(const struct opn_session *session, const struct opn_step *step,
		      struct opn_difference *out)
{
	const struct opn_output *output = session->bench.output;

	out->seen = opn_result_packet(session->arena, step->data, step->length);
	out->seen_left = opn_result_packet(session->arena, output[0].data, output[0].length);
	out->seen_right = opn_result_packet(session->arena, output[1].data, output[1].length);
}

static int describe(struct opn_session *session, struct opn_sequence *sequence,
		    enum opn_difference_kind kind, const struct opn_difference *seen)
{
	struct opn_difference difference, *told;
	struct opn_result *result = session->result;
	bool kept;
	int error = opn_difference_shrink(&session->bench, sequence, kind, &kept);

	if (!error)
		error = opn_difference_describe(&session->bench, sequence, kind, session->arena,
						&difference);
	if (error)
		return error;
	if (!kept)
		opn_diag(session->diags, OPN_DIAG_VERIFY_UNSTEADY, OPN_NOWHERE, difference.kind);
	told = &result->differences[result->difference_count++];
	*told = difference;
	told->seen = seen->seen;
	told->seen_left = seen->seen_left;
	told->seen_right = seen->seen_right;
	return 0;
}

/* A difference after the first steps of the sequence. */
static int note_difference(struct opn_session *session, const struct opn_sequence *sequence,
			   size_t steps, enum opn_difference_kind kind)
{
	struct opn_difference seen = { 0 };
	struct opn_sequence *copy;
	struct opn_step *all;
	int error = 0;

	session->result->packets_different++;
	if (session->result->difference_count == OPN_SESSION_DIFFERENCES || is_told(session, kind))
		return 0;
	copy = copy_sequence(sequence, steps);
	if (!copy || !copy->steps || !copy->fills)
		return -ENOMEM;
	all = malloc(steps * sizeof(*all));
	if (!all)
		return -ENOMEM;
	memcpy(all, copy->steps, steps * sizeof(*all));
	keep_seen(session, &sequence->steps[steps - 1], &seen);
	error = describe(session, copy, kind, &seen);
	free(copy->steps);
	free_sequence(copy, all, steps);
	return error;
}

static void note_refused(struct opn_session *session, enum opn_step_result result)
{
	struct opn_result *told = session->result;

	if (result == OPN_STEP_REFUSED_BOTH)
		told->refused_both++;
	else if (result == OPN_STEP_REFUSED_SECOND)
		told->refused_right++;
	else
		told->refused_left++;
}

/* ---- sequences ---- */

static void drop_step(struct opn_sequence *sequence, size_t at)
{
	struct opn_step dropped = sequence->steps[at];

	memmove(&sequence->steps[at], &sequence->steps[at + 1],
		(sequence->step_count - at - 1) * sizeof(dropped));
	sequence->step_count--;
	/* Its buffer stays with the session. */
	sequence->steps[sequence->step_count] = dropped;
}

/* Which packet made the maps differ: the sequence again, looking after each. */
static int find_map_difference(struct opn_session *session, const struct opn_sequence *sequence)
{
	enum opn_difference_kind kind;
	size_t at;
	int error = opn_bench_replay(&session->bench, sequence, true, &at, &kind);

	if (error)
		return error;
	if (at == sequence->step_count) {
		session->result->packets_different++;
		opn_diag(session->diags, OPN_DIAG_VERIFY_UNSTEADY, OPN_NOWHERE, "maps");
		return 0;
	}
	return note_difference(session, sequence, at + 1, kind);
}

/* Runs the steps from *from on as a sequence, up to its end or a difference; *from: what comes
 * next. Steps that cannot be run on one side are taken out. */
static int run_part(struct opn_session *session, struct opn_sequence *all, size_t *from,
		    bool traced)
{
	struct opn_result_fate before[OPN_SESSION_FATES];
	struct opn_sequence sequence = *all;
	struct opn_bench *bench = &session->bench;
	enum opn_difference_kind kind;
	enum opn_step_result result;
	ssize_t differences;
	uint64_t told = session->result->told_by_bytes;
	size_t done = 0, fates;
	int error;

	sequence.steps += *from;
	sequence.step_count -= *from;
	memcpy(before, session->result->fates, sizeof(before));
	fates = session->result->fate_count;
	error = opn_bench_start(bench, &sequence);
	while (!error && done < sequence.step_count) {
		error = opn_bench_step(bench, &sequence.steps[done], traced, &result, &kind);
		if (error)
			return error;
		if (result == OPN_STEP_TAINTED) {
			note_refused(session, opn_bench_is_broken(bench) ? OPN_STEP_REFUSED_BOTH
									 : OPN_STEP_REFUSED_FIRST);
			drop_step(&sequence, done);
			all->step_count--;
			/* What was counted is counted again. */
			session->result->packets -= done;
			memcpy(session->result->fates, before, sizeof(before));
			session->result->fate_count = fates;
			session->result->told_by_bytes = told;
			done = 0;
			error = opn_bench_start(bench, &sequence);
			continue;
		}
		if (result != OPN_STEP_SAME && result != OPN_STEP_DIFFERENT) {
			note_refused(session, result);
			drop_step(&sequence, done);
			all->step_count--;
			continue;
		}
		session->result->packets++;
		session->result->told_by_bytes += result == OPN_STEP_SAME && bench->told_by_bytes;
		count_fate(session);
		if (traced)
			error = opn_guide_watch(session->guide, &sequence.steps[done]);
		done++;
		if (!error && result == OPN_STEP_DIFFERENT) {
			error = note_difference(session, &sequence, done, kind);
			*from += done;
			return error;
		}
	}
	*from += done;
	if (error || !done)
		return error;
	sequence.step_count = done;
	differences = opn_state_compare(bench->state, NULL, NULL, 0);
	if (differences < 0)
		return differences;
	if (!session->maps_changed)
		session->maps_changed = opn_state_changed(bench->state);
	return differences ? find_map_difference(session, &sequence) : 0;
}

static int run_sequence(struct opn_session *session, struct opn_sequence *sequence, bool traced)
{
	size_t from = 0;
	int error = 0;

	session->result->sequences++;
	while (!error && from < sequence->step_count)
		error = run_part(session, sequence, &from, traced);
	return error;
}

static bool is_over(const struct opn_session *session)
{
	return session->result->packets_different >= ENOUGH ||
	       (session->options->stop && session->options->stop());
}

/* Packets as they are, in their order, from the start state. */
struct given {
	const struct opn_packet *packet;
	const char *name;
};

static int run_given(struct opn_session *session,
		     struct given (*get)(const void *list, size_t index), const void *list,
		     size_t count)
{
	struct opn_sequence sequence = { .steps = session->steps };
	int error = 0;

	for (size_t at = 0; !error && at < count && !is_over(session);) {
		bool is_ours = session->given++ % session->worker_count == session->worker;

		sequence.step_count = 0;
		for (; at < count && sequence.step_count < OPN_SEQUENCE_STEPS; at++) {
			struct given given = get(list, at);
			struct opn_step *step = &session->steps[sequence.step_count];

			if (given.packet->length > OPN_PACKET_MAX)
				continue;
			memcpy(step->data, given.packet->data, given.packet->length);
			step->length = given.packet->length;
			step->clock = (at + 1) * 1000000000ULL;
			step->random = at;
			memset(step->context, 0, sizeof(step->context));
			step->origin = given.name;
			sequence.step_count++;
			error = opn_guide_keep(session->guide, step->data, step->length);
			if (error)
				return error;
		}
		if (is_ours)
			error = run_sequence(session, &sequence, true);
	}
	return error;
}

static struct given get_case(const void *list, size_t index)
{
	const struct opn_case *cases = list;

	return (struct given){ &cases[index].packet, cases[index].name };
}

static struct given get_shape(const void *list, size_t index)
{
	const struct opn_base_frame *frames = list;

	return (struct given){ &frames[index].packet, frames[index].name };
}

/* Fills in the sequence of this number; at most limit steps. */
static int make_sequence(struct opn_session *session, uint64_t number, size_t limit,
			 struct opn_arena *arena, struct opn_sequence *sequence)
{
	struct opn_random random;
	int error;

	opn_random_seed(&random, session->options->seed, number);
	error = opn_guide_fills(session->guide, &random, arena, sequence);
	sequence->step_count = 0;
	while (sequence->step_count < limit) {
		struct opn_step *step = &session->steps[sequence->step_count];

		opn_guide_step(session->guide, &random, sequence->step_count ? step - 1 : NULL,
			       step);
		sequence->step_count++;
		session->result->generated++;
	}
	return error;
}

static int run_generated(struct opn_session *session)
{
	struct opn_sequence sequence = { .steps = session->steps };
	uint64_t packets = session->options->generate, number = session->worker, done = 0;
	int error = 0;

	for (; !error && number * OPN_SEQUENCE_STEPS < packets && !is_over(session); done++) {
		uint64_t left = packets - number * OPN_SEQUENCE_STEPS;
		struct opn_arena *arena = opn_arena_new(NULL, NULL);
		bool traced = opn_guide_stale(session->guide) < STALE || done % 8 == 0;

		if (!arena)
			return -ENOMEM;
		error = make_sequence(session, number, MIN(left, (uint64_t)OPN_SEQUENCE_STEPS),
				      arena, &sequence);
		if (!error)
			error = run_sequence(session, &sequence, traced);
		opn_arena_free(arena);
		number += session->worker_count;
	}
	return error;
}

int opn_session_run(struct opn_session *session)
{
	const struct opn_cases *cases = session->options->cases;
	struct opn_base_frame *frames;
	size_t count;
	int error = 0;

	if (cases && cases->count) {
		session->result->from_cases = cases->count;
		if (!session->worker)
			error = opn_session_judge(session);
		error = error ?: run_given(session, get_case, cases->list, cases->count);
	}
	if (!error && !session->options->without_shapes) {
		count = opn_packet_base_frames(session->arena, &frames);
		session->result->from_shapes = count;
		error = run_given(session, get_shape, frames, count);
	}
	return error ?: run_generated(session);
}
