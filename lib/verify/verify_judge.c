// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/*
 * verify_judge.c - whether the first program does what cases expect of it
 *
 * Cases of a project's own tests say what is to come out. Each is run alone, from the start state,
 * as a test would: one that fails says that the program, or what its maps hold, is not what the
 * tests were made for. That is told and does not count: what is asked is whether two programs are
 * alike.
 */
#include <string.h>

#include "verify_private.h"

#define TOLD 20 /* cases that are told one by one */

static const char *verdict_text(const struct opn_session *session, uint32_t verdict)
{
	const char *name = opn_hook_verdict_name(session->bench.hook[0], verdict);

	return name ? name : opn_arena_printf(session->arena, "%d", (int)verdict);
}

static uint32_t first_difference(const struct opn_packet *expected, const struct opn_output *output)
{
	uint32_t at = 0;

	while (at < expected->length && expected->data[at] == output->data[at])
		at++;
	return at;
}

/* What is not as expected, or NULL. */
static const char *why_unmet(const struct opn_session *session, const struct opn_case *one)
{
	const struct opn_output *output = &session->bench.output[0];
	uint32_t at;

	if (one->has_verdict && one->verdict != output->verdict)
		return opn_arena_printf(session->arena, "%s, expected %s",
					verdict_text(session, output->verdict),
					verdict_text(session, one->verdict));
	if (!one->has_output)
		return NULL;
	if (one->output.length != output->length)
		return opn_arena_printf(session->arena, "%u bytes, expected %u", output->length,
					one->output.length);
	at = first_difference(&one->output, output);
	if (at == output->length)
		return NULL;
	return opn_arena_printf(session->arena, "%02x at byte %u, expected %02x", output->data[at],
				at, one->output.data[at]);
}

static int judge(struct opn_session *session, const struct opn_case *one)
{
	struct opn_result *result = session->result;
	struct opn_step *step = &session->steps[0];
	const char *why;
	int error;

	memset(step->context, 0, sizeof(step->context));
	memcpy(step->data, one->packet.data, one->packet.length);
	step->length = one->packet.length;
	step->clock = 1000000000ULL;
	step->random = 0;
	error = opn_bench_first(&session->bench, step);
	if (error || session->bench.output[0].error)
		return error;
	result->cases_judged++;
	why = why_unmet(session, one);
	if (!why)
		return 0;
	result->cases_unmet++;
	if (result->cases_unmet <= TOLD)
		opn_diag(session->diags, OPN_DIAG_VERIFY_CASE_UNMET, OPN_NOWHERE, one->name, why);
	return 0;
}

int opn_session_judge(struct opn_session *session)
{
	const struct opn_cases *cases = session->options->cases;
	struct opn_result *result = session->result;
	int error = 0;

	for (size_t i = 0; !error && cases && i < cases->count; i++) {
		const struct opn_case *one = &cases->list[i];

		if ((one->has_verdict || one->has_output) && one->packet.length <= OPN_PACKET_MAX)
			error = judge(session, one);
	}
	if (result->cases_unmet > TOLD)
		opn_diag_note(session->diags, OPN_NOWHERE, "and %llu more cases",
			      (unsigned long long)(result->cases_unmet - TOLD));
	return error;
}
