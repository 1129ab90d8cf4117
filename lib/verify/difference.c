// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * difference.c - a difference that was found: made small, and told
 *
 * Shrinking asks one question again and again: does the last step of this sequence still differ in
 * the same way? Each answer is a run from the start state, so that nothing is left over from the
 * sequence before.
 */
#include "difference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHRINK_RUNS 2000 /* sequences run for one difference */
#define MAP_ROWS    32	 /* elements of maps told for one difference */

struct trial {
	struct opn_bench *bench;
	struct opn_sequence *sequence;
	enum opn_difference_kind kind;
	enum opn_fate fate[2]; /* of the last packet, on both sides: they stay what they were */
	bool fates_known;
	struct opn_step *step; /* whose packet is shrunk */
	unsigned int runs;
	int error;
};

static bool same_fates(struct trial *trial)
{
	struct opn_end end;

	for (int side = 0; side < 2; side++) {
		opn_bench_end(trial->bench, side, &end);
		if (!trial->fates_known)
			trial->fate[side] = end.fate;
		else if (end.fate != trial->fate[side])
			return false;
	}
	trial->fates_known = true;
	return true;
}

static bool still_differs(struct trial *trial)
{
	enum opn_difference_kind kind;
	size_t at;

	if (trial->error || trial->runs >= SHRINK_RUNS)
		return false;
	trial->runs++;
	trial->error = opn_bench_replay(trial->bench, trial->sequence,
					trial->kind == OPN_DIFFERS_MAPS, &at, &kind);
	return !trial->error && at + 1 == trial->sequence->step_count && kind == trial->kind &&
	       same_fates(trial);
}

/* Takes out steps before the last one: first all, then halves, then each. */
static void drop_steps(struct trial *trial)
{
	struct opn_sequence *sequence = trial->sequence;
	struct opn_step *all = malloc(sequence->step_count * sizeof(*all));

	if (!all)
		return;
	for (size_t chunk = sequence->step_count - 1; chunk; chunk /= 2) {
		for (size_t at = 0; at + 1 < sequence->step_count;) {
			size_t count = sequence->step_count - 1 - at;

			count = count < chunk ? count : chunk;
			memcpy(all, sequence->steps, sequence->step_count * sizeof(*all));
			memmove(&sequence->steps[at], &sequence->steps[at + count],
				(sequence->step_count - at - count) * sizeof(*all));
			sequence->step_count -= count;
			if (still_differs(trial))
				continue;
			sequence->step_count += count;
			memcpy(sequence->steps, all, sequence->step_count * sizeof(*all));
			at += count;
		}
	}
	free(all);
}

static void drop_fills(struct trial *trial)
{
	struct opn_sequence *sequence = trial->sequence;
	struct opn_fill *all = malloc((sequence->fill_count + 1) * sizeof(*all));

	if (!all)
		return;
	for (size_t chunk = sequence->fill_count; chunk; chunk /= 2) {
		for (size_t at = 0; at < sequence->fill_count;) {
			size_t count = sequence->fill_count - at;

			count = count < chunk ? count : chunk;
			memcpy(all, sequence->fills, sequence->fill_count * sizeof(*all));
			memmove(&sequence->fills[at], &sequence->fills[at + count],
				(sequence->fill_count - at - count) * sizeof(*all));
			sequence->fill_count -= count;
			if (still_differs(trial))
				continue;
			sequence->fill_count += count;
			memcpy(sequence->fills, all, sequence->fill_count * sizeof(*all));
			at += count;
		}
	}
	free(all);
}

static bool try_packet(void *context, const uint8_t *data, uint32_t length)
{
	struct trial *trial = context;
	uint8_t *own = trial->step->data;
	uint32_t own_length = trial->step->length;
	bool holds;

	trial->step->data = (uint8_t *)data;
	trial->step->length = length;
	holds = still_differs(trial);
	trial->step->data = own;
	trial->step->length = own_length;
	return holds;
}

static void shrink_packets(struct trial *trial)
{
	for (size_t i = trial->sequence->step_count; i-- > 0;) {
		uint8_t copy[OPN_PACKET_MAX];
		uint32_t length = trial->sequence->steps[i].length;

		trial->step = &trial->sequence->steps[i];
		memcpy(copy, trial->step->data, length);
		length = opn_packet_shrink(copy, length, try_packet, trial, SHRINK_RUNS / 2);
		memcpy(trial->step->data, copy, length);
		trial->step->length = length;
	}
}

/* Tries one number of a step at zero. */
static void try_zero(struct trial *trial, uint64_t *number)
{
	uint64_t own = *number;

	if (!own)
		return;
	*number = 0;
	if (!still_differs(trial))
		*number = own;
}

static void plain_numbers(struct trial *trial)
{
	for (size_t i = 0; i < trial->sequence->step_count; i++) {
		struct opn_step *step = &trial->sequence->steps[i];

		try_zero(trial, &step->clock);
		try_zero(trial, &step->random);
		for (size_t j = 0; j < trial->bench->shared_count; j++)
			try_zero(trial, &step->context[j]);
	}
}

int opn_difference_shrink(struct opn_bench *bench, struct opn_sequence *sequence,
			  enum opn_difference_kind kind, bool *kept)
{
	struct trial trial = { .bench = bench, .sequence = sequence, .kind = kind };

	*kept = still_differs(&trial);
	if (!*kept)
		return trial.error;
	drop_steps(&trial);
	drop_fills(&trial);
	shrink_packets(&trial);
	plain_numbers(&trial);
	return trial.error;
}

/* ---- telling ---- */

struct fields {
	struct opn_result_field *list;
	size_t count, room;
};

static void add_field(struct fields *fields, const char *what, const char *left, const char *right)
{
	if (fields->count < fields->room && what)
		fields->list[fields->count++] = (struct opn_result_field){ what, left, right };
}

static void tell_context(const struct opn_bench *bench, struct opn_arena *arena, struct fields *out)
{
	for (size_t i = 0; i < bench->shared_count; i++) {
		const struct opn_shared_field *shared = &bench->shared[i];
		uint64_t value[2];

		if (!opn_bench_shared(bench, shared, value) || value[0] == value[1])
			continue;
		add_field(out,
			  shared->field[0]->count > 1
				  ? opn_arena_printf(arena, "%s[%u]", shared->field[0]->name,
						     shared->index)
				  : shared->field[0]->name,
			  opn_arena_printf(arena, "%llu", (unsigned long long)value[0]),
			  opn_arena_printf(arena, "%llu", (unsigned long long)value[1]));
	}
}

/* What the second side's bytes had to say, and do. */
static void tell_watched(const struct opn_bench *bench, struct opn_arena *arena, struct fields *out)
{
	const struct opn_bytes_tell *rule = &bench->pair->bytes_tell;
	const uint8_t *right = bench->output[1].data + rule->at;
	uint8_t told[2];

	if (!opn_bench_field_told(bench, told) || rule->at + 2 > bench->output[1].length ||
	    !memcmp(told, right, 2))
		return;
	add_field(out, opn_arena_printf(arena, "%s, by bytes at %u", rule->field, rule->at),
		  opn_arena_printf(arena, "0x%02x%02x", told[0], told[1]),
		  opn_arena_printf(arena, "0x%02x%02x", right[0], right[1]));
}

static int tell_maps(struct opn_bench *bench, struct opn_arena *arena, struct fields *out)
{
	struct opn_state_difference rows[MAP_ROWS];
	ssize_t count = opn_state_compare(bench->state, arena, rows, MAP_ROWS);

	if (count < 0)
		return count;
	for (ssize_t i = 0; i < count && i < MAP_ROWS; i++) {
		const char *what = rows[i].key ? opn_arena_printf(arena, "map %s [%s]", rows[i].map,
								  rows[i].key)
					       : opn_arena_printf(arena, "map %s", rows[i].map);

		add_field(out, what, rows[i].left, rows[i].right);
	}
	if (count > MAP_ROWS)
		add_field(out, opn_arena_printf(arena, "%zd more elements", count - MAP_ROWS), NULL,
			  NULL);
	return 0;
}

/* The lines that the last traced run went through, in the order of the code. */
static struct opn_result_path *tell_path(const struct opn_program *program, struct opn_arena *arena,
					 size_t *count)
{
	struct opn_result_path *path;
	struct opn_line *lines;
	size_t line_count = 0;

	*count = 0;
	if (!program)
		return NULL;
	lines = opn_program_lines(program, arena, &line_count);
	path = opn_arena_array(arena, line_count + 1, sizeof(*path));
	for (size_t i = 0; lines && path && i < line_count; i++) {
		const struct opn_result_path *last = *count ? &path[*count - 1] : NULL;
		const char *file = opn_result_file(arena, lines[i].file);

		/* A line may be in several blocks. */
		if (!opn_program_block_hit(program, lines[i].block) ||
		    (last && last->line == lines[i].line && file && last->file &&
		     !strcmp(last->file, file)))
			continue;
		path[(*count)++] = (struct opn_result_path){
			.file = file,
			.source = opn_arena_strdup(arena, lines[i].source),
			.line = lines[i].line,
		};
	}
	return path;
}

static int run_again(struct opn_bench *bench, const struct opn_sequence *sequence)
{
	enum opn_difference_kind kind;
	enum opn_step_result result;
	int error = opn_bench_start(bench, sequence);

	for (size_t i = 0; !error && i < sequence->step_count; i++)
		error = opn_bench_step(bench, &sequence->steps[i], true, &result, &kind);
	return error;
}

int opn_difference_describe(struct opn_bench *bench, const struct opn_sequence *sequence,
			    enum opn_difference_kind kind, struct opn_arena *arena,
			    struct opn_difference *out)
{
	const struct opn_step *last = &sequence->steps[sequence->step_count - 1];
	struct fields fields = { .room = 128 };
	struct opn_end ends[2];
	int error = run_again(bench, sequence);

	if (error)
		return error;
	memset(out, 0, sizeof(*out));
	out->kind = opn_difference_name(kind);
	out->origin = last->origin;
	out->clock = last->clock;
	out->random = last->random;
	out->summary = opn_packet_summary(arena, last->data, last->length);
	out->packets = opn_arena_array(arena, sequence->step_count, sizeof(*out->packets));
	fields.list = opn_arena_array(arena, fields.room, sizeof(*fields.list));
	if (!out->packets || !fields.list)
		return -ENOMEM;
	out->packet_count = sequence->step_count;
	for (size_t i = 0; i < sequence->step_count; i++)
		out->packets[i] = opn_result_packet(arena, sequence->steps[i].data,
						    sequence->steps[i].length);
	opn_bench_end(bench, 0, &ends[0]);
	opn_bench_end(bench, 1, &ends[1]);
	out->left_fate = opn_bench_fate_text(bench, 0, &ends[0], arena);
	out->right_fate = opn_bench_fate_text(bench, 1, &ends[1], arena);
	out->left_verdict = ends[0].verdict;
	out->right_verdict = ends[1].verdict;
	out->left_out = opn_result_packet(arena, bench->output[0].data, bench->output[0].length);
	out->right_out = opn_result_packet(arena, bench->output[1].data, bench->output[1].length);
	out->left_path = tell_path(bench->traced[0], arena, &out->left_path_length);
	out->right_path = tell_path(bench->traced[1], arena, &out->right_path_length);
	for (size_t i = 0; i < sequence->fill_count; i++)
		add_field(
			&fields,
			opn_arena_printf(arena, "filled in before: %s",
					 opn_state_map(bench->state, sequence->fills[i].map)->name),
			NULL, NULL);
	tell_context(bench, arena, &fields);
	tell_watched(bench, arena, &fields);
	error = tell_maps(bench, arena, &fields);
	out->fields = fields.list;
	out->field_count = fields.count;
	return error;
}
