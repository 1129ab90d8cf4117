// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * bench.c - two programs side by side
 *
 * The second program runs first: where the two hooks take different frames it is the pickier one
 * most of the time, and a frame that it refuses must not leave a trace in the first one's maps.
 */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#define NO_MAP SIZE_MAX
/* How often a packet comes in again; one that still does goes round for ever. */
#define REINJECTIONS 3

static const char *const difference_names[] = {
	[OPN_DIFFERS_NOT] = "none",	   [OPN_DIFFERS_FATE] = "fate",
	[OPN_DIFFERS_TARGET] = "target",   [OPN_DIFFERS_LENGTH] = "length",
	[OPN_DIFFERS_BYTES] = "bytes",	   [OPN_DIFFERS_CONTEXT] = "context",
	[OPN_DIFFERS_COPIES] = "copies",   [OPN_DIFFERS_MAPS] = "maps",
	[OPN_DIFFERS_REFUSED] = "refused",
};

const char *opn_difference_name(enum opn_difference_kind kind)
{
	return difference_names[kind];
}

/* ---- preparation ---- */

static const struct opn_run_field *find_meaning(const struct opn_hook_run *hook,
						const char *meaning)
{
	for (size_t i = 0; i < hook->field_count; i++) {
		if (hook->fields[i].meaning && !strcmp(hook->fields[i].meaning, meaning))
			return &hook->fields[i];
	}
	return NULL;
}

static void list_shared_fields(struct opn_bench *bench)
{
	const struct opn_hook_run *first = bench->hook[0];

	for (size_t i = 0; i < first->field_count; i++) {
		const struct opn_run_field *left = &first->fields[i], *right;

		right = left->meaning ? find_meaning(bench->hook[1], left->meaning) : NULL;
		if (!right)
			continue;
		for (unsigned int j = 0; j < left->count && j < right->count; j++) {
			struct opn_shared_field *shared = &bench->shared[bench->shared_count];

			if (bench->shared_count == OPN_BENCH_CONTEXT)
				return;
			*shared = (struct opn_shared_field){
				.field = { left, right },
				.index = j,
				.in = left->in && right->in,
				.out = left->out && right->out,
			};
			bench->shared_count++;
		}
	}
}

int opn_bench_prepare(struct opn_bench *bench)
{
	for (int side = 0; side < 2; side++) {
		bench->hook[side] = side ? bench->pair->to : bench->pair->from;
		bench->output[side].data = malloc(OPN_PACKET_MAX);
		bench->traced_output[side].data = malloc(OPN_PACKET_MAX);
		if (!bench->output[side].data || !bench->traced_output[side].data)
			return -ENOMEM;
	}
	list_shared_fields(bench);
	return 0;
}

void opn_bench_clear(struct opn_bench *bench)
{
	for (int side = 0; side < 2; side++) {
		free(bench->output[side].data);
		free(bench->traced_output[side].data);
	}
	opn_state_free(bench->state);
	for (int side = 0; side < 2; side++) {
		opn_program_free(bench->plain[side]);
		opn_program_free(bench->traced[side]);
	}
	memset(bench, 0, sizeof(*bench));
}

int opn_bench_start(struct opn_bench *bench, const struct opn_sequence *sequence)
{
	int error = opn_state_reset(bench->state);

	for (size_t i = 0; !error && i < sequence->fill_count; i++) {
		const struct opn_fill *fill = &sequence->fills[i];

		/* A full map, or a value that the kernel does not take: refused on every side. */
		opn_state_put(bench->state, fill->map, fill->key, fill->value);
	}
	return error;
}

/* ---- a step ---- */

/* The context for one side, from the tables and the step. */
static size_t make_context(const struct opn_bench *bench, int side, const struct opn_step *step,
			   struct opn_ctx_value *out)
{
	const struct opn_hook_run *hook = bench->hook[side];
	size_t count = 0;

	for (size_t i = 0; i < hook->field_count && count < OPN_BENCH_CONTEXT; i++) {
		const struct opn_run_field *field = &hook->fields[i];
		uint64_t value = 0;

		if (!field->in || !field->set_to)
			continue;
		if (!strcmp(field->set_to, "length"))
			value = step->length;
		else if (!strcmp(field->set_to, "interface"))
			value = OPN_BENCH_INTERFACE;
		out[count++] = (struct opn_ctx_value){ field->name, 0, value };
	}
	for (size_t i = 0; i < bench->shared_count; i++) {
		const struct opn_shared_field *shared = &bench->shared[i];

		if (shared->in && step->context[i])
			out[count++] = (struct opn_ctx_value){ shared->field[side]->name,
							       shared->index, step->context[i] };
	}
	return count;
}

/* Whether the packet comes in again. */
static bool is_reinjected(const struct opn_bench *bench, int side, const struct opn_output *output)
{
	const struct opn_redirect *redirect = &output->redirect;

	return bench->pair->passes_by_reinjection && !output->error &&
	       redirect->kind == OPN_REDIRECT_INTERFACE &&
	       redirect->ifindex == OPN_BENCH_INTERFACE &&
	       redirect->flags == bench->pair->reinjection_flags &&
	       opn_hook_fate(bench->hook[side], output->verdict) == OPN_FATE_REDIRECT;
}

static bool is_kept(const struct opn_bench *bench, const char *meaning)
{
	const char *const *keeps = bench->pair->reinjection_keeps;

	for (size_t i = 0; meaning && keeps[i]; i++) {
		if (!strcmp(keeps[i], meaning))
			return true;
	}
	return false;
}

/* The context for a packet that comes in again. */
static size_t make_context_again(const struct opn_bench *bench, int side,
				 const struct opn_program *program, const struct opn_output *output,
				 struct opn_ctx_value *out)
{
	const struct opn_step step = { .length = output->length };
	const struct opn_hook_run *hook = bench->hook[side];
	size_t count = make_context(bench, side, &step, out);

	for (size_t i = 0; i < hook->field_count; i++) {
		const struct opn_run_field *field = &hook->fields[i];

		if (!field->in || !field->out || !is_kept(bench, field->meaning))
			continue;
		for (unsigned int j = 0; j < field->count && count < OPN_BENCH_CONTEXT * 2; j++) {
			struct opn_ctx_value *value = &out[count];

			*value = (struct opn_ctx_value){ field->name, j, 0 };
			if (!opn_program_ctx(program, output, field->name, j, &value->value) &&
			    value->value)
				count++;
		}
	}
	return count;
}

/* Runs a packet that comes in again; *refused: the frame cannot be run, and the output is that of
 * the run before. */
static int run_side_again(struct opn_bench *bench, struct opn_program *program, int side,
			  const struct opn_step *step, struct opn_output *output, bool *refused)
{
	struct opn_ctx_value context[OPN_BENCH_CONTEXT * 2];
	struct opn_output before = *output;
	struct opn_input input = {
		.data = output->data,
		.length = output->length,
		.clock = step->clock,
		.ctx = context,
		.again = true,
	};
	int error;

	input.ctx_count = make_context_again(bench, side, program, output, context);
	error = opn_program_run(program, &input, output);
	*refused = output->error != 0;
	if (*refused)
		*output = before;
	return error;
}

static int run_side(struct opn_bench *bench, struct opn_program *program, int side,
		    const struct opn_step *step, struct opn_output *output)
{
	struct opn_ctx_value context[OPN_BENCH_CONTEXT * 2];
	struct opn_input input = {
		.data = step->data,
		.length = step->length,
		.clock = step->clock,
		.random = step->random,
		.ctx = context,
	};

	bool refused = false;
	int error;

	input.ctx_count = make_context(bench, side, step, context);
	opn_state_ran(bench->state, program == bench->traced[side]);
	error = opn_program_run(program, &input, output);
	for (int i = 0; i < REINJECTIONS && !error && !refused; i++) {
		if (!is_reinjected(bench, side, output))
			break;
		error = run_side_again(bench, program, side, step, output, &refused);
	}
	if (program == bench->plain[side])
		bench->unasked[side] = refused;
	return error;
}

static bool is_gone(enum opn_fate fate)
{
	return fate == OPN_FATE_DROP || fate == OPN_FATE_ABORT || fate == OPN_FATE_CONSUME;
}

void opn_bench_end(const struct opn_bench *bench, int side, struct opn_end *end)
{
	const struct opn_output *output = &bench->output[side];
	const struct opn_redirect *redirect = &output->redirect;

	*end = (struct opn_end){
		.fate = opn_hook_fate(bench->hook[side], output->verdict),
		.verdict = output->verdict,
		.map = NO_MAP,
		.stage = output->stage,
	};
	if (end->fate == OPN_FATE_REFLECT && bench->pair->reflects_by_redirect) {
		end->fate = OPN_FATE_REDIRECT;
		end->to_interface = true;
		end->ifindex = OPN_BENCH_INTERFACE;
		return;
	}
	if (bench->unasked[side])
		end->fate = OPN_FATE_PASS;
	if (end->fate != OPN_FATE_REDIRECT)
		return;
	end->key = redirect->key;
	if (redirect->kind == OPN_REDIRECT_INTERFACE) {
		end->to_interface = true;
		end->ifindex = redirect->ifindex;
	} else if (redirect->kind == OPN_REDIRECT_SLOT) {
		end->map = opn_state_find(bench->state, redirect->map_id);
		if (end->map != NO_MAP)
			end->ifindex =
				opn_state_slot_ifindex(bench->state, end->map, side, redirect->key);
		end->to_interface = end->ifindex != 0;
	}
}

/* Where a redirect to an interface goes in or out is told by flags; a slot's flags say what to do
 * when it is empty, but for the copies to all slots. */
static uint64_t target_flags(const struct opn_bench *bench, int side)
{
	const struct opn_redirect *redirect = &bench->output[side].redirect;

	if (redirect->kind == OPN_REDIRECT_SLOT)
		return redirect->flags & (BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS);
	return redirect->kind == OPN_REDIRECT_INTERFACE ? redirect->flags : 0;
}

static bool same_target(const struct opn_bench *bench, const struct opn_end *left,
			const struct opn_end *right)
{
	if (target_flags(bench, 0) != target_flags(bench, 1))
		return false;
	if (left->to_interface != right->to_interface)
		return false;
	if (left->to_interface)
		return left->ifindex == right->ifindex;
	return left->map == right->map && left->key == right->key;
}

static bool same_fate(const struct opn_bench *bench, const struct opn_end *left,
		      const struct opn_end *right)
{
	if (left->fate == right->fate && left->fate == OPN_FATE_REDIRECT)
		return true;
	if (!opn_hook_pair_same_fate(bench->pair, left->fate, right->fate))
		return false;
	/* At a hook whose verdict is a number, the number counts. */
	return !bench->pair->same || opn_hook_verdict_name(bench->hook[0], left->verdict) ||
	       is_gone(left->fate) || left->verdict == right->verdict;
}

bool opn_bench_shared(const struct opn_bench *bench, const struct opn_shared_field *shared,
		      uint64_t value[2])
{
	for (int side = 0; shared->out && side < 2; side++) {
		value[side] = 0;
		opn_program_ctx(bench->plain[side], &bench->output[side], shared->field[side]->name,
				shared->index, &value[side]);
	}
	return shared->out;
}

static bool same_context(const struct opn_bench *bench)
{
	for (size_t i = 0; i < bench->shared_count; i++) {
		uint64_t value[2];

		if (opn_bench_shared(bench, &bench->shared[i], value) && value[0] != value[1])
			return false;
	}
	return true;
}

bool opn_bench_field_told(const struct opn_bench *bench, uint8_t bytes[2])
{
	const struct opn_bytes_tell *rule = &bench->pair->bytes_tell;
	const struct opn_output *left = &bench->output[0];
	enum opn_fate fate = opn_hook_fate(bench->hook[0], left->verdict);
	/* As the field is in the kernel: two bytes in the order of the wire. */
	uint16_t value = (uint16_t)left->watched.after;

	if (!rule->field || !left->watched.known || left->watched.before == left->watched.after ||
	    (fate != OPN_FATE_PASS && fate != OPN_FATE_FINAL) || rule->at + 2 > left->length)
		return false;
	memcpy(bytes, &value, sizeof(value));
	return true;
}

static bool same_bytes(struct opn_bench *bench)
{
	const struct opn_output *left = &bench->output[0], *right = &bench->output[1];
	unsigned int at = bench->pair->bytes_tell.at;
	uint8_t told[2];
	bool equal = !memcmp(left->data, right->data, left->length);

	if (!opn_bench_field_told(bench, told))
		return equal;
	bench->told_by_bytes = !equal;
	return !memcmp(left->data, right->data, at) && !memcmp(told, right->data + at, 2) &&
	       !memcmp(left->data + at + 2, right->data + at + 2, left->length - at - 2);
}

static enum opn_difference_kind compare(struct opn_bench *bench)
{
	const struct opn_output *left = &bench->output[0], *right = &bench->output[1];
	struct opn_end ends[2];

	bench->told_by_bytes = false;
	opn_bench_end(bench, 0, &ends[0]);
	opn_bench_end(bench, 1, &ends[1]);
	if (!same_fate(bench, &ends[0], &ends[1]))
		return OPN_DIFFERS_FATE;
	if (ends[0].fate == OPN_FATE_REDIRECT && !same_target(bench, &ends[0], &ends[1]))
		return OPN_DIFFERS_TARGET;
	if (left->clones != right->clones)
		return OPN_DIFFERS_COPIES;
	if (is_gone(ends[0].fate))
		return OPN_DIFFERS_NOT;
	if (left->length != right->length)
		return OPN_DIFFERS_LENGTH;
	if (!same_bytes(bench))
		return OPN_DIFFERS_BYTES;
	return same_context(bench) ? OPN_DIFFERS_NOT : OPN_DIFFERS_CONTEXT;
}

static int run_traced(struct opn_bench *bench, const struct opn_step *step)
{
	int error = 0;

	for (int side = 0; !error && side < 2; side++) {
		if (bench->traced[side])
			error = run_side(bench, bench->traced[side], side, step,
					 &bench->traced_output[side]);
	}
	return error;
}

/* What no test run takes at one of the hooks is tried at neither. */
static bool is_runnable(const struct opn_bench *bench, uint32_t length)
{
	for (int side = 0; side < 2; side++) {
		if (length < bench->hook[side]->min_length ||
		    length > bench->hook[side]->max_length)
			return false;
	}
	return true;
}

int opn_bench_step(struct opn_bench *bench, const struct opn_step *step, bool traced,
		   enum opn_step_result *result, enum opn_difference_kind *kind)
{
	int error;

	*kind = OPN_DIFFERS_NOT;
	if (!is_runnable(bench, step->length)) {
		*result = OPN_STEP_REFUSED_BOTH;
		return 0;
	}
	error = run_side(bench, bench->plain[1], 1, step, &bench->output[1]);
	if (error)
		return error;
	if (bench->output[1].error) {
		*result = bench->output[1].began ? OPN_STEP_TAINTED
			  : bench->pair->same	 ? OPN_STEP_REFUSED_BOTH
						 : OPN_STEP_REFUSED_SECOND;
		return 0;
	}
	error = run_side(bench, bench->plain[0], 0, step, &bench->output[0]);
	if (error)
		return error;
	if (bench->output[0].error) {
		*result = OPN_STEP_TAINTED;
		return 0;
	}
	*kind = compare(bench);
	*result = *kind == OPN_DIFFERS_NOT ? OPN_STEP_SAME : OPN_STEP_DIFFERENT;
	return traced ? run_traced(bench, step) : 0;
}

int opn_bench_first(struct opn_bench *bench, const struct opn_step *step)
{
	static const struct opn_sequence empty;
	int error = opn_bench_start(bench, &empty);

	return error ?: run_side(bench, bench->plain[0], 0, step, &bench->output[0]);
}

int opn_bench_replay(struct opn_bench *bench, const struct opn_sequence *sequence, bool maps_each,
		     size_t *at, enum opn_difference_kind *kind)
{
	enum opn_step_result result;
	int error = opn_bench_start(bench, sequence);
	ssize_t differences;

	*at = sequence->step_count;
	*kind = OPN_DIFFERS_NOT;
	for (size_t i = 0; !error && i < sequence->step_count; i++) {
		error = opn_bench_step(bench, &sequence->steps[i], false, &result, kind);
		if (error)
			return error;
		*at = i;
		if (result == OPN_STEP_DIFFERENT)
			return 0;
		if (!maps_each && i + 1 < sequence->step_count)
			continue;
		differences = opn_state_compare(bench->state, NULL, NULL, 0);
		if (differences < 0)
			return differences;
		if (differences) {
			*kind = OPN_DIFFERS_MAPS;
			return 0;
		}
	}
	*at = sequence->step_count;
	return error;
}

static const char *verdict_text(const struct opn_bench *bench, int side, uint32_t verdict,
				struct opn_arena *arena)
{
	const char *name = opn_hook_verdict_name(bench->hook[side], verdict);

	return name ? name : opn_arena_printf(arena, "%d", (int)verdict);
}

static char *fate_text(const struct opn_bench *bench, int side, const struct opn_end *end,
		       struct opn_arena *arena)
{
	const char *verdict = verdict_text(bench, side, end->verdict, arena);
	const char *fate = opn_fate_name(end->fate);

	if (end->fate != OPN_FATE_REDIRECT)
		return opn_arena_printf(arena, "%s (%s)", fate, verdict);
	if (end->to_interface)
		return opn_arena_printf(arena, "%s to interface %u (%s)", fate, end->ifindex,
					verdict);
	if (end->map != NO_MAP)
		return opn_arena_printf(arena, "%s to %s[%llu] (%s)", fate,
					opn_state_map(bench->state, end->map)->name,
					(unsigned long long)end->key, verdict);
	return opn_arena_printf(arena, "%s to nowhere (%s)", fate, verdict);
}

char *opn_bench_fate_text(const struct opn_bench *bench, int side, const struct opn_end *end,
			  struct opn_arena *arena)
{
	char *text = fate_text(bench, side, end, arena);

	return end->stage ? opn_arena_printf(arena, "%s by stage %s", text, end->stage) : text;
}

bool opn_bench_is_broken(const struct opn_bench *bench)
{
	return (bench->output[0].error && bench->output[0].began) ||
	       (bench->output[1].error && bench->output[1].began);
}
