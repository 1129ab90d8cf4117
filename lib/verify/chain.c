// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * chain.c - one packet through a list of stages
 *
 * Each stage is a test run of its own. What one program would keep between its parts goes with the
 * packet: the probe's head (clock, random numbers, the last redirect) and the context. A frame that
 * a stage leaves and the next one's test run does not take cannot be run: output->began tells that
 * maps may have changed on the way.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chain_private.h"

#define CONTEXT 32 /* context fields that go from stage to stage */

static bool goes_on(const struct opn_chain_run *stage, uint32_t verdict)
{
	for (size_t i = 0; i < stage->continue_count; i++) {
		if (stage->continues[i] == verdict)
			return true;
	}
	return false;
}

static uint32_t leave(const struct opn_chain *chain, uint32_t verdict)
{
	for (size_t i = 0; i < chain->exit_count; i++) {
		if (chain->exits[i][0] == verdict)
			return chain->exits[i][1];
	}
	return verdict;
}

/* The context for the next stage: all that may be set, as the last one left it. */
static size_t take_context(const struct opn_program *program, const struct opn_output *output,
			   struct opn_ctx_value *out)
{
	const struct opn_hook_run *hook = program->chain->hook;
	size_t count = 0;

	for (size_t i = 0; i < hook->field_count; i++) {
		const struct opn_run_field *field = &hook->fields[i];

		for (unsigned int j = 0; field->in && j < field->count && count < CONTEXT; j++) {
			struct opn_ctx_value *value = &out[count];

			*value = (struct opn_ctx_value){ field->name, j, 0 };
			if (!opn_program_ctx(program, output, field->name, j, &value->value))
				count++;
		}
	}
	return count;
}

static int run_stage(struct opn_program *program, const struct opn_chain_run *stage,
		     struct opn_probe_head *head, const struct opn_input *input,
		     struct opn_output *output)
{
	struct opn_program *own = program->chain->members[stage->member].program;
	int error;

	if (own->head.data)
		memcpy(own->head.data, head, sizeof(*head));
	error = opn_program_test_run(own, stage->fd, input, output);
	if (own->head.data)
		memcpy(head, own->head.data, sizeof(*head));
	return error;
}

int opn_chain_run(struct opn_program *program, const struct opn_input *input,
		  struct opn_output *output)
{
	struct opn_chain *chain = program->chain;
	struct opn_probe_head *head = &program->chain->head;
	struct opn_ctx_value context[CONTEXT];
	struct opn_input now = *input;
	uint32_t verdict = 0;
	bool on = true;
	int error = 0;

	opn_probe_head_clear(head, input);
	opn_program_clear_marks(program, input);
	for (size_t i = 0; on && i < chain->stage_count; i++) {
		struct opn_chain_run *stage = &chain->stages[i];

		error = run_stage(program, stage, head, &now, output);
		output->began = i > 0;
		if (error || output->error)
			break;
		stage->packets++;
		verdict = output->verdict;
		on = goes_on(stage, verdict);
		output->stage = on || chain->stage_count == 1 ? NULL : stage->name;
		now.data = output->data;
		now.length = output->length;
		now.ctx = context;
		now.ctx_count = take_context(program, output, context);
	}
	if (!on)
		output->verdict = leave(chain, verdict);
	else if (chain->has_final)
		output->verdict = chain->final;
	opn_program_read_head(head, output);
	/* Each stage's test run finds the packet's fields anew. */
	output->watched.known = false;
	opn_program_read_marks(program);
	return error;
}

const char *const *opn_chain_idle(const struct opn_program *program, struct opn_arena *arena)
{
	const struct opn_chain *chain = program->chain;
	size_t count = 0;
	const char **names =
		opn_arena_array(arena, (chain ? chain->stage_count : 0) + 1, sizeof(*names));

	for (size_t i = 0; names && chain && i < chain->stage_count; i++) {
		if (!chain->stages[i].packets)
			names[count++] = opn_arena_strdup(arena, chain->stages[i].name);
	}
	return names;
}
