/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * opened_outcome.c - what a step showed, in a few words, and what a rewritten unit's claim rests on
 *
 * Read from what the tools left behind, so that a step that was not done again says the same.
 */
#include "opened.h"

#include <stdio.h>
#include <string.h>

#include "json.h"

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static const char *proof_outcome(const struct opened_run *run, const struct opn_step *step)
{
	json_t *report = opened_json(opn_arena_printf(run->arena, "%s/" OPENED_PROOFS "/%s.json",
						      run->output, step->name));
	const char *sentence = opn_arena_strdup(run->arena, member(report, "sentence"));

	json_decref(report);
	return sentence;
}

/* How the levels of the programs' proofs came out. */
static const char *extract_outcome(const struct opened_run *run, const struct opened_unit *unit)
{
	const char *const *program = opened_programs(run, unit->extracted);
	size_t identical = 0, explained = 0, all = 0, i, j;
	json_t *command, *level;

	for (; program && *program; program++) {
		json_t *manifest = opened_manifest(run, unit->extracted, *program);

		json_array_foreach(json_object_get(manifest, "proof"), i, command)
		{
			json_array_foreach(json_object_get(command, "levels"), j, level)
			{
				const char *status = member(level, "status");

				if (!status || !strcmp(status, "skipped"))
					continue;
				all++;
				identical += !strcmp(status, "identical");
				explained += !strcmp(status, "explained");
			}
		}
		json_decref(manifest);
	}
	return !all	   ? NULL
	       : explained ? opn_arena_printf(run->arena,
					      "%zu of %zu comparisons identical, %zu explained",
					      identical, all, explained)
			   : opn_arena_printf(run->arena, "%zu of %zu comparisons identical",
					      identical, all);
}

json_t *opened_conditions(const struct opened_run *run, const struct opened_unit *unit)
{
	const char *const *program =
		unit->final != unit->extracted ? opened_programs(run, unit->final) : NULL;
	json_t *found = json_object(), *site;
	size_t index;

	for (; program && *program; program++) {
		json_t *report = opened_json(opn_arena_printf(
			run->arena, "%s/%s.bpf.c.transform.json", unit->final, *program));

		if (!report) {
			json_decref(found);
			return NULL;
		}
		json_array_foreach(json_object_get(report, "sites"), index, site)
		{
			const char *condition = member(site, "condition");

			if (condition && !json_object_get(found, condition))
				found = opn_json_set(found, condition,
						     json_incref(json_object_get(site, "rule")));
		}
		json_decref(report);
	}
	if (!found)
		opn_cli_no_memory(NULL);
	return found;
}

static const char *transform_outcome(const struct opened_run *run, const struct opened_unit *unit)
{
	json_t *conditions = opened_conditions(run, unit);
	size_t count = json_object_size(conditions);

	if (!conditions)
		return "what it rests on cannot be read";
	json_decref(conditions);
	return !count ? "exact"
		      : opn_arena_printf(run->arena, "exact if %zu condition%s", count,
					 count == 1 ? " holds" : "s hold");
}

const char *opened_outcome(const struct opened_run *run, const struct opn_step *step)
{
	const char *outcome = NULL;

	if (step->state != OPN_STEP_DONE && step->state != OPN_STEP_UNCHANGED &&
	    step->state != OPN_STEP_FAILED)
		return step->why ?: "";
	switch ((enum step_kind)step->kind) {
	case STEP_PROVE:
	case STEP_PROVE_ALL:
		outcome = proof_outcome(run, step);
		break;
	case STEP_EXTRACT:
		outcome =
			step->state == OPN_STEP_FAILED ? NULL : extract_outcome(run, step->subject);
		break;
	case STEP_TRANSFORM:
		outcome = step->state == OPN_STEP_FAILED ? NULL
							 : transform_outcome(run, step->subject);
		break;
	default:
		break;
	}
	return outcome ?: step->why ?: "";
}

void opened_print_outcomes(const struct opened_run *run)
{
	for (size_t s = 0; s < run->step_count; s++) {
		const struct opn_step *step = &run->steps[s];
		const char *outcome = opened_outcome(run, step), *condition;
		json_t *conditions, *rule;

		if (step->state != OPN_STEP_DONE || !*outcome)
			continue;
		fprintf(stderr, "%s %s: %s\n", step->stage, step->name, outcome);
		if (step->kind != STEP_TRANSFORM)
			continue;
		conditions = opened_conditions(run, step->subject);
		json_object_foreach(conditions, condition, rule)
			fprintf(stderr, "  %s: %s\n", json_string_value(rule), condition);
		json_decref(conditions);
	}
}
