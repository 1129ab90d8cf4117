/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_plan.c - which steps a spec makes, and what each of them needs
 *
 * Units come first, since what they hold decides what follows: each program that was rewritten is
 * run beside its original, then stages become a pipeline, which is built and run beside them.
 */
#include "opened.h"

#include <string.h>

#define PROOFS_A_UNIT 64
#define STEPS_A_UNIT  (3 + PROOFS_A_UNIT)

static const char *const stage_names[] = {
	[STEP_EXTRACT] = "extract",  [STEP_TRANSFORM] = "transform", [STEP_PROVE] = "verify",
	[STEP_COMPOSE] = "compose",  [STEP_BUILD] = "build",	     [STEP_OBJECTS] = "build",
	[STEP_PROVE_ALL] = "verify",
};

static struct opn_step *new_step(struct opened_run *run, enum step_kind kind, const char *name,
				 const void *subject)
{
	struct opn_step *step = &run->steps[run->step_count++];

	step->kind = kind;
	step->stage = stage_names[kind];
	step->name = name;
	step->subject = subject;
	return step;
}

static void need(const struct opened_run *run, struct opn_step *step, struct opn_step *needed)
{
	struct opn_step **needs =
		opn_arena_array(run->arena, step->need_count + 1, sizeof(struct opn_step *));

	for (size_t i = 0; i < step->need_count; i++)
		needs[i] = step->needs[i];
	needs[step->need_count++] = needed;
	step->needs = needs;
}

void opened_plan_units(struct opened_run *run)
{
	size_t hooks = run->spec.composition ? run->spec.composition->hook_count : 0;

	run->steps = opn_arena_array(run->arena, run->spec.unit_count * STEPS_A_UNIT + hooks + 2,
				     sizeof(*run->steps));
	for (size_t u = 0; u < run->spec.unit_count; u++) {
		struct opened_unit *unit = &run->units[u];

		unit->extract = new_step(run, STEP_EXTRACT, unit->spec->name, unit);
		unit->last = unit->extract;
		if (!unit->spec->transform)
			continue;
		unit->last = new_step(run, STEP_TRANSFORM, unit->spec->name, unit);
		need(run, unit->last, unit->extract);
	}
}

/* Whether a stage of the pipeline is this unit. */
static bool is_stage(const struct opened_run *run, const struct opened_unit *unit)
{
	for (size_t h = 0; h < run->spec.composition->hook_count; h++) {
		const struct opn_composed_hook *hook = &run->spec.composition->hooks[h];

		for (size_t s = 0; s < hook->stage_count; s++) {
			if (!strcmp(hook->stages[s].unit, unit->spec->name))
				return true;
		}
	}
	return false;
}

static void plan_proofs(struct opened_run *run, struct opened_unit *unit)
{
	bool several = unit->programs && unit->programs[0] && unit->programs[1];

	if (!unit->spec->transform || !unit->programs)
		return;
	for (size_t p = 0; p < PROOFS_A_UNIT && unit->programs[p]; p++) {
		const char *name = several ? opn_arena_printf(run->arena, "%s.%s", unit->spec->name,
							      unit->programs[p])
					   : unit->spec->name;
		struct opn_step *step = new_step(run, STEP_PROVE, name, unit);

		step->index = p;
		need(run, step, unit->last);
	}
}

void opened_plan_pipeline(struct opened_run *run)
{
	const struct opn_composition *composition = run->spec.composition;
	bool proves = run->spec.verify && !run->options->without_proof && !run->options->check;
	size_t units = run->spec.unit_count, first;
	struct opn_step *compose, *build;

	for (size_t u = 0; proves && u < units; u++)
		plan_proofs(run, &run->units[u]);
	if (!composition)
		return;
	if (proves && run->spec.verify->live)
		opn_diag(run->diags, OPN_DIAG_PROOF_LEFT_OUT, run->spec.verify->live_loc,
			 composition->name,
			 opn_arena_printf(run->arena, "live: %s", run->spec.verify->live),
			 "live runs are of two programs; it is proved in test runs");
	compose = new_step(run, STEP_COMPOSE, composition->name, NULL);
	for (size_t u = 0; u < units; u++) {
		if (is_stage(run, &run->units[u]))
			need(run, compose, run->units[u].last);
	}
	if (run->options->check)
		return;
	build = new_step(run, STEP_BUILD, composition->name, NULL);
	need(run, build, compose);
	first = run->step_count;
	for (size_t u = 0; proves && u < units; u++) {
		if (!is_stage(run, &run->units[u]))
			continue;
		need(run, new_step(run, STEP_OBJECTS, run->units[u].spec->name, &run->units[u]),
		     run->units[u].last);
	}
	for (size_t h = 0; proves && h < composition->hook_count; h++) {
		struct opn_step *proof =
			new_step(run, STEP_PROVE_ALL,
				 opn_arena_printf(run->arena, "%s.%s", composition->name,
						  composition->hooks[h].place->name),
				 &composition->hooks[h]);

		need(run, proof, build);
		for (size_t s = first; run->steps[s].kind == STEP_OBJECTS; s++)
			need(run, proof, &run->steps[s]);
	}
}
